// Registers of COVEY_WIDTH bytes, by the compiler's vector extensions: the only file that knows
// them.
//
// A kernel file is compiled once per instruction set with another width, and everything here is
// in an anonymous namespace: two instruction sets never share an inline function.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#ifndef COVEY_WIDTH
#define COVEY_WIDTH 16  // SSE2 and NEON
#endif

namespace covey {
namespace {

template <class T, int N>
struct Register {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
};

template <class T>
inline constexpr int lanes = COVEY_WIDTH / static_cast<int>(sizeof(T));

/// N values of T side by side.
template <class T, int N>
using vec = typename Register<T, N>::type;

/// One register of T.
template <class T>
using pack = vec<T, lanes<T>>;

/// What comparing two packs gives: all bits set or none, in an integer as wide as T.
template <class T>
using mask = decltype(pack<T>{} < pack<T>{});

template <class V, class T>
inline V load(const T* from) {
  V value;
  std::memcpy(&value, from, sizeof(V));
  return value;
}

template <class V, class T>
inline void store(T* to, V value) {
  std::memcpy(to, &value, sizeof(V));
}

/// The same value in all lanes. (x − 0 is x for every x; 0 + x is not for −0.)
template <class V, class T>
inline V broadcast(T x) {
  using element = std::remove_cvref_t<decltype(V{}[0])>;
  return static_cast<element>(x) - V{};
}

template <class M, class V>
inline V select(M where, V yes, V no) {
  return where ? yes : no;
}

template <class V>
inline V minimum(V a, V b) {
  return a < b ? a : b;
}

template <class V>
inline V maximum(V a, V b) {
  return a > b ? a : b;
}

// The one operation that vector extensions lack. A cast between vectors of a size keeps the bits.
#if COVEY_WIDTH == 64
// With a full mask: GCC 12 warns of its own _mm512_sqrt_ps.
inline pack<float> root(pack<float> x) {
  return (pack<float>)_mm512_maskz_sqrt_ps(0xFFFF, (__m512)x);
}
inline pack<double> root(pack<double> x) {
  return (pack<double>)_mm512_maskz_sqrt_pd(0xFF, (__m512d)x);
}
#elif COVEY_WIDTH == 32
inline pack<float> root(pack<float> x) { return (pack<float>)_mm256_sqrt_ps((__m256)x); }
inline pack<double> root(pack<double> x) { return (pack<double>)_mm256_sqrt_pd((__m256d)x); }
#elif defined(__SSE2__)
inline pack<float> root(pack<float> x) { return (pack<float>)_mm_sqrt_ps((__m128)x); }
inline pack<double> root(pack<double> x) { return (pack<double>)_mm_sqrt_pd((__m128d)x); }
#elif defined(__aarch64__)
inline pack<float> root(pack<float> x) { return (pack<float>)vsqrtq_f32((float32x4_t)x); }
inline pack<double> root(pack<double> x) { return (pack<double>)vsqrtq_f64((float64x2_t)x); }
#else
template <class V>
inline V root(V x) {
  for (unsigned l = 0; l < sizeof(V) / sizeof(x[0]); ++l) x[l] = std::sqrt(x[l]);
  return x;
}
#endif

/// The root to two units in the last place; for sums of many, where the root is the bottleneck.
template <class V>
inline V near_root(V x) {
  return root(x);
}
#if COVEY_WIDTH == 64
/// The reciprocal root of 14 bits and one step: y + y(e/2 + 3e²/8 + 5e³/16) for y = x·r and
/// e = 1 − y·r, |e| ≤ 2⁻¹³, which leaves e⁴ · 35/128 < 2⁻⁵³.
inline pack<double> near_root(pack<double> x) {
  const __m512d at = (__m512d)x;
  const pack<double> r = (pack<double>)_mm512_maskz_rsqrt14_pd(
      _mm512_cmp_pd_mask(at, _mm512_setzero_pd(), _CMP_NEQ_UQ), at);
  const pack<double> y = x * r, e = 1.0 - y * r;
  return y + y * e * ((e * 0.3125 + 0.375) * e + 0.5);
}
#endif

/// Whether a comparison held in any lane.
template <class M>
inline bool any(M where) {
  std::uint64_t word[sizeof(M) / 8], all = 0;
  std::memcpy(word, &where, sizeof(M));
  for (std::uint64_t each : word) all |= each;
  return all != 0;
}

/// One bit for each lane of floats where a comparison held.
inline unsigned bits_of(mask<float> where) {
#if COVEY_WIDTH == 64
  return _mm512_movepi32_mask((__m512i)where);
#elif COVEY_WIDTH == 32
  return static_cast<unsigned>(_mm256_movemask_ps((__m256)where));
#elif defined(__SSE2__)
  return static_cast<unsigned>(_mm_movemask_ps((__m128)where));
#else
  unsigned bits = 0;
  for (int l = 0; l < lanes<float>; ++l) bits |= unsigned(where[l] & 1) << l;
  return bits;
#endif
}

/// Write first + l for each lane l where `where` holds; may write a register. Returns how many.
inline int append(std::int32_t* to, std::int32_t first, mask<float> where) {
  unsigned bits = bits_of(where);
#if COVEY_WIDTH == 64
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i number = _mm512_add_epi32(lane, _mm512_set1_epi32(first));
  _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(static_cast<__mmask16>(bits), number));
  return __builtin_popcount(bits);
#else
  int count = 0;
  for (; bits; bits &= bits - 1) to[count++] = first + __builtin_ctz(bits);
  return count;
#endif
}

/// Sum of the lanes, halves folded onto each other: one fixed order for each width.
template <class T, int N, class V>
inline T total(V value) {
  T lane[N];
  store(lane, value);
  for (int half = N / 2; half > 0; half /= 2)
    for (int l = 0; l < half; ++l) lane[l] += lane[l + half];
  return lane[0];
}

/// Load N values as doubles.
template <int N, class T>
inline vec<double, N> doubles(const T* from) {
  return __builtin_convertvector((load<vec<T, N>>(from)), vec<double, N>);
}

/// Round N doubles to T and store them; returns what was stored.
template <int N, class T>
inline vec<double, N> round_to(T* to, vec<double, N> value) {
  store(to, __builtin_convertvector(value, vec<T, N>));
  return doubles<N>(to);
}

/// Registers of doubles that one register of T becomes.
template <class T>
inline constexpr int parts = lanes<T> / lanes<double>;

/// Part Q of a register of T, as a register of doubles.
template <int Q, class T, int... L>
inline pack<double> part(const pack<T>& value, std::integer_sequence<int, L...>) {
  if constexpr (parts<T> == 1)
    return value;
  else
    return __builtin_convertvector(
        __builtin_shufflevector(value, value, (Q * lanes<double> + L)...), pack<double>);
}

/// Call visit(q, part q of the register as doubles) for each part.
template <class T, class Visit>
inline void each_part(const pack<T>& value, Visit&& visit) {
  constexpr std::make_integer_sequence<int, lanes<double>> all;
  visit(0, part<0, T>(value, all));
  if constexpr (parts<T> == 2) visit(1, part<1, T>(value, all));
}

}  // namespace
}  // namespace covey
