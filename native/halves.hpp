// Registers of whole numbers of 16 bits, and what kernels on a grid do with what comes of them.
#pragma once

#include "simd.hpp"

namespace covey {
namespace {

/// Whole numbers of 32 bits, as many as floats fit a register.
using whole = vec<std::int32_t, lanes<float>>;

/// a.low · b.low + a.high · b.high for the halves, signed and of 16 bits, of each lane.
inline whole pair_products(whole a, whole b) {
#if COVEY_WIDTH == 64
  return (whole)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif COVEY_WIDTH == 32
  return (whole)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (whole)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
  using bits = vec<std::uint32_t, lanes<float>>;  // so that no shift to the left overflows
  const whole a_low = (whole)((bits)a << 16) >> 16, b_low = (whole)((bits)b << 16) >> 16;
  return a_low * b_low + (a >> 16) * (b >> 16);
#endif
}

/// One bit for each lane where a < b.
inline unsigned less(pack<float> a, pack<float> b) {
#if COVEY_WIDTH == 64
  return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
#elif COVEY_WIDTH == 32
  return static_cast<unsigned>(_mm256_movemask_ps((__m256)(a < b)));
#elif defined(__SSE2__)
  return static_cast<unsigned>(_mm_movemask_ps((__m128)(a < b)));
#else
  unsigned bits = 0;
  for (int l = 0; l < lanes<float>; ++l) bits |= unsigned(a[l] < b[l]) << l;
  return bits;
#endif
}

/// The value where it is above 0, else 0: one instruction, which a comparison is not.
inline pack<float> positive(pack<float> x) {
#if COVEY_WIDTH == 64
  return (pack<float>)_mm512_maskz_max_ps(0xFFFF, (__m512)x, _mm512_setzero_ps());
#elif COVEY_WIDTH == 32
  return (pack<float>)_mm256_max_ps((__m256)x, _mm256_setzero_ps());
#elif defined(__SSE2__)
  return (pack<float>)_mm_max_ps((__m128)x, _mm_setzero_ps());
#else
  return maximum(x, pack<float>{});
#endif
}

}  // namespace
}  // namespace covey
