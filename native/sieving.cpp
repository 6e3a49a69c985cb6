// Which centers may be near to a row, by bytes: see coarse.hpp.
//
// Scores of several rows and SIEVE_CENTERS centers are added up in registers, four features a step.
#include <algorithm>
#include <limits>
#include <numeric>

#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

template <class T>
Rounded to_bytes(const T* x, Int d, const double* shift, double per_step, std::int8_t* to) {
  constexpr int N = lanes<double>;
  constexpr double WHOLE = 0x1.8p52;  // adding it rounds to whole numbers, halves to even
  const pack<double> most = broadcast<pack<double>>(127.0);
  pack<double> sq_off{};
  vec<std::int32_t, N> sum{}, sq{};
  const auto some = [&](const T* from, const double* middle, std::int8_t* into) {
    const pack<double> value = (doubles<N>(from) - load<pack<double>>(middle)) * per_step;
    const pack<double> whole = (minimum(maximum(value, -most), most) + WHOLE) - WHOLE;
    sq_off += (value - whole) * (value - whole);
    const auto bytes = __builtin_convertvector(whole, vec<std::int32_t, N>);
    sum += bytes, sq += bytes * bytes;
    store(into, __builtin_convertvector(bytes, vec<std::int8_t, N>));
  };
  Int f = 0;
  for (; f + N <= d; f += N) some(x + f, shift + f, to + f);
  if (f < d) {  // filled up by what is rounded to 0
    T rest[N];
    double middle[N];
    std::int8_t bytes[N];
    for (int l = 0; l < N; ++l) {
      rest[l] = f + l < d ? x[f + l] : T(0);
      middle[l] = f + l < d ? shift[f + l] : 0.0;
    }
    some(rest, middle, bytes);
    std::copy(bytes, bytes + (d - f), to + f);
  }
  return {total<std::int32_t, N>(sum), total<std::int32_t, N>(sq), total<double, N>(sq_off)};
}

constexpr std::int32_t NONE = std::numeric_limits<std::int32_t>::min();

/// Put down what one center is to row i.
inline void put(const Sieved& out, Int i, std::int32_t score, Int center) {
  const Int at = out.count[i]++;
  if (at >= Sieved::MOST) return;
  out.label[i * Sieved::MOST + at] = static_cast<Label>(center);
  out.score[i * Sieved::MOST + at] = score;
}

std::int32_t score_of(const std::int8_t* row, const Sieve& centers, Label center) {
  const std::uint8_t* bytes = centers.rows + center * centers.stride;
  std::int32_t sum = 0;
  for (Int f = 0; f < 4 * centers.quads; ++f) sum += std::int32_t{row[f]} * std::int32_t{bytes[f]};
  return sum + centers.half[center];
}

void scores(const std::int8_t* const* rows, Int n, const Sieve& centers, const Label* own,
            std::int32_t* out) {
  for (Int i = 0; i < n; ++i) out[i] = score_of(rows[i], centers, own[i]);
}

void sieve(const std::int8_t* const* rows, Int n, const Sieve& centers, const std::int32_t* limits,
           Sieved out) {
  for (Int i = 0; i < n; ++i) {
    out.count[i] = 0, out.rest[i] = NONE;
    for (Int j = 0; j < centers.k; ++j) {
      const std::int32_t score = score_of(rows[i], centers, static_cast<Label>(j));
      if (score >= limits[i])
        put(out, i, score, j);
      else
        out.rest[i] = std::max(out.rest[i], score);
    }
  }
}

#if COVEY_WIDTH == 64
#define COVEY_BYTES [[gnu::target("avx512vnni")]]

COVEY_BYTES void scores_by_vnni(const std::int8_t* const* rows, Int n, const Sieve& centers,
                                const Label* own, std::int32_t* out) {
  for (Int i = 0; i < n; ++i) {
    const std::uint8_t* bytes = centers.rows + own[i] * centers.stride;
    __m512i sum = _mm512_setzero_si512(), more = sum;
    Int f = 0;
    for (; f + 128 <= centers.stride; f += 128) {
      sum =
          _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(bytes + f), _mm512_loadu_si512(rows[i] + f));
      more = _mm512_dpbusd_epi32(more, _mm512_loadu_si512(bytes + f + 64),
                                 _mm512_loadu_si512(rows[i] + f + 64));
    }
    if (f < centers.stride)
      sum =
          _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(bytes + f), _mm512_loadu_si512(rows[i] + f));
    std::int32_t lane[16];
    _mm512_storeu_si512(lane, _mm512_add_epi32(sum, more));
    out[i] = std::accumulate(lane, lane + 16, centers.half[own[i]]);
  }
}

/// Put down those of sixteen centers that are near.
[[gnu::noinline]] COVEY_BYTES void put_some(const Sieved& out, Int i, __m512i sums, unsigned near,
                                            Int first) {
  std::int32_t score[16];
  _mm512_storeu_si512(score, sums);
  for (; near; near &= near - 1)
    put(out, i, score[__builtin_ctz(near)], first + __builtin_ctz(near));
}

/// sum + the products of four bytes each: written so that sums stay in their registers.
inline __m512i add_products(__m512i sum, __m512i unsigned_bytes, __m512i signed_bytes) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(unsigned_bytes), "v"(signed_bytes));
  return sum;
}

/// Scores of R rows for one block of centers.
template <int R>
[[gnu::noinline]] COVEY_BYTES void score_block(const std::int8_t* const* rows, const Sieve& centers,
                                               Int block, __m512i* scores) {
  constexpr int B = SIEVE_CENTERS / 16;
  const std::uint8_t* panel = centers.panel + block * SIEVE_CENTERS * centers.stride;
  const std::int32_t* half = centers.half + block * SIEVE_CENTERS;
  const std::int8_t* row[R];
  __m512i sum[R][B];
  COVEY_UNROLL
  for (int r = 0; r < R; ++r) {
    row[r] = rows[r];
    COVEY_UNROLL
    for (int b = 0; b < B; ++b) sum[r][b] = _mm512_loadu_si512(half + 16 * b);
  }
  for (Int at = 0; at < 4 * centers.quads; at += 4, panel += 4 * SIEVE_CENTERS) {
    __m512i center[B];
    COVEY_UNROLL
    for (int b = 0; b < B; ++b) center[b] = _mm512_loadu_si512(panel + 64 * b);
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) {
      std::int32_t four;
      std::memcpy(&four, row[r] + at, 4);
      const __m512i same = _mm512_set1_epi32(four);
      COVEY_UNROLL
      for (int b = 0; b < B; ++b) sum[r][b] = add_products(sum[r][b], center[b], same);
    }
  }
  COVEY_UNROLL
  for (int r = 0; r < R; ++r) COVEY_UNROLL
  for (int b = 0; b < B; ++b) scores[r * B + b] = sum[r][b];
}

template <int R>
COVEY_BYTES void sieve_rows(const std::int8_t* const* rows, const Sieve& centers,
                            const std::int32_t* limits, const Sieved& out, Int at) {
  constexpr int B = SIEVE_CENTERS / 16;
  __m512i rest[R], score[R * B];
  for (int r = 0; r < R; ++r) rest[r] = _mm512_set1_epi32(NONE), out.count[at + r] = 0;
  for (Int block = 0; block * SIEVE_CENTERS < centers.k; ++block) {
    score_block<R>(rows + at, centers, block, score);
    for (int r = 0; r < R; ++r) {
      const __m512i limit = _mm512_set1_epi32(limits[at + r]);
      COVEY_UNROLL
      for (int b = 0; b < B; ++b) {
        const __m512i here = score[r * B + b];
        const __mmask16 near = _mm512_cmpge_epi32_mask(here, limit);
        rest[r] = _mm512_mask_max_epi32(rest[r], static_cast<__mmask16>(~near), rest[r], here);
        if (near) put_some(out, at + r, here, near, block * SIEVE_CENTERS + 16 * b);
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    std::int32_t lane[16];
    _mm512_storeu_si512(lane, rest[r]);
    out.rest[at + r] = *std::max_element(lane, lane + 16);
  }
}

COVEY_BYTES void sieve_by_vnni(const std::int8_t* const* rows, Int n, const Sieve& centers,
                               const std::int32_t* limits, Sieved out) {
  constexpr int R = 6;
  Int i = 0;
  for (; i + R <= n; i += R) sieve_rows<R>(rows, centers, limits, out, i);
  for (; i + 2 <= n; i += 2) sieve_rows<2>(rows, centers, limits, out, i);
  if (i < n) sieve_rows<1>(rows, centers, limits, out, i);
}
#endif

}  // namespace

void COVEY_ADD(sieving)(Table& table) {
  table.f32.to_bytes = to_bytes<float>;
  table.f64.to_bytes = to_bytes<double>;
  table.coarse = {scores, sieve, false};
#if COVEY_WIDTH == 64
  if (multiplies_bytes()) table.coarse = {scores_by_vnni, sieve_by_vnni, true};
#endif
}

}  // namespace covey
