// Rows whose label could have changed, and what follows for labels and sums when they are looked
// at.
//
// Each row keeps one float, `due`. When it is looked at, at time t₀, its slack s is the distance to
// the second nearest center less that to its own; the clock adds up the two largest movements of
// each iteration, so until clock(t₀) + s no other center can be nearer (Hamerly 2010, doi
// 10.1137/1.9781611972801.12, both bounds in one number, written only when a row is looked at).
//
// Every rounding is to the side of looking again: what is skipped is what `nearest` would leave as
// it is. A computed square is off by a relative (d + 3)u of itself, u half of `epsilon`; slack is
// reduced by more than twice of what both distances could be off, now and when they are next
// compared. Rows in double are looked at in float first, moved to about the origin: a row and a
// center moved and rounded are off by u(‖x‖ + ‖c‖), and ‖x‖ ≤ √b + reach.
#include "direct.hpp"
#include "tables.hpp"

namespace covey {
namespace {

Int overdue(const float* due, float clock, Int n, std::int32_t* rows) {
  constexpr int W = lanes<float>, GROUP = 4;
  const pack<float> now = broadcast<pack<float>>(clock);
  const auto late = [&](Int at) -> mask<float> { return ~(now < load<pack<float>>(due + at)); };
  Int found = 0, i = 0;
  for (; i + GROUP * W <= n; i += GROUP * W) {
    mask<float> group[GROUP];
    COVEY_UNROLL
    for (int g = 0; g < GROUP; ++g) group[g] = late(i + g * W);
    if (!any((group[0] | group[1]) | (group[2] | group[3]))) continue;
    COVEY_UNROLL
    for (int g = 0; g < GROUP; ++g)
      found += append(rows + found, static_cast<std::int32_t>(i + g * W), group[g]);
  }
  for (; i < n; ++i)
    if (!(clock < due[i])) rows[found++] = static_cast<std::int32_t>(i);
  return found;
}

/// Least second squared distance that the bound covers: below, squares lose digits to underflow.
template <class T>
inline constexpr T TINY = sizeof(T) == 4 ? T(0x1p-60) : T(0x1p-900);

/// As floats, rounded towards 0 (`down`) or away from it.
inline void store_bound(float* to, pack<float> distance, bool) { store(to, distance); }
inline void store_bound(float* to, pack<double> distance, bool down) {
  distance = minimum(distance, broadcast<pack<double>>(0x1p126));
  distance *= down ? 1 - 0x1p-22 : 1 + 0x1p-22;
  store(to, __builtin_convertvector(distance, vec<float, lanes<double>>));
}

/// Bounds from squared distances; such that the row is in doubt where nothing can be said.
template <class T>
inline void store_bounds(const Found& found, Int at, pack<T> best, pack<T> next, pack<T> left_out,
                         const Unit& unit, Int d) {
  const T error = T(d + 8) * std::numeric_limits<T>::epsilon(), scale = T(unit.scale);
  const pack<T> most = broadcast<pack<T>>(std::numeric_limits<T>::max());
  const pack<T> nearest = minimum(best, most);
  pack<T> low = root(nearest), other = root(minimum(next, most));
  pack<T> near = unit.tail > 0 ? root(nearest + left_out) : low;
  low *= (1 - error) * scale, near *= (1 + error) * scale, other *= (1 - error) * scale;
  if (unit.reach > 0) {
    const pack<T> rounded = T(0x1p-22) * (near + T(2 * unit.reach));
    low -= rounded, near += rounded, other -= rounded;
  }
  const mask<T> told = (next >= TINY<T>)&(best <= most);
  other = select(told, other, broadcast<pack<T>>(-1));
  low = select(told, low, broadcast<pack<T>>(-1));
  store_bound(found.low + at, low, true);
  store_bound(found.near + at, near, false);
  store_bound(found.next + at, other, true);
}

template <class T, int D>
void review_by(const Dense<T>& X, const Centers<T>& centers, const Unit& unit, Range range,
               Found out, T* scratch) {
  using Rows = Tile<T, D>;
  constexpr int R = Rows::R, W = lanes<T>;
  mask<T> overflow{};
  for (Int i = range.begin; i < range.end; i += Rows::rows) {
    Rows tile;
    tile.read(X, i, std::min<Int>(Rows::rows, range.end - i), scratch);
    pack<T> best[R], next[R];
    mask<T> label[R], here{};
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) {
      best[r] = next[r] = broadcast<pack<T>>(infinity<T>);
      label[r] = here;
    }
    each_center<T, D>(tile, centers, [&](Int, const pack<T>(&found)[R]) {
      COVEY_UNROLL
      for (int r = 0; r < R; ++r) {
        const mask<T> closer = found[r] < best[r];
        next[r] = minimum(next[r], maximum(found[r], best[r]));
        best[r] = minimum(found[r], best[r]);
        label[r] = select(closer, here, label[r]);
      }
      here += 1;
    });
    const Int at = i - range.begin;
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) {
      overflow |= best[r] >= infinity<T>;
      for (int l = 0; l < W; ++l) out.label[at + r * W + l] = static_cast<Label>(label[r][l]);
      pack<T> left_out{};
      if (unit.tail > 0) {
        for (int l = 0; l < W; ++l)
          left_out[l] = centers.row(out.label[at + r * W + l])[X.d - 1] * T(4.001);
        left_out *= tile.at(r, Rows::features(X.d) - 1);
      }
      store_bounds<T>(out, at + r * W, best[r], next[r], left_out, unit, X.d);
    }
  }
  if (any(overflow))
    for (Int i = 0; i < range.size() && unit.reach == 0; ++i)
      out.label[i] = nearest_in_double(X.row(range.begin + i), centers, -1);
}

template <class T>
void review(const Dense<T>& X, const Centers<T>& centers, const Unit& unit, Range range, Found out,
            T* scratch) {
  COVEY_BY_FEATURES(review_by, X.d, X, centers, unit, range, out, scratch)
}

template <class T, int D>
void pick_by(const Dense<T>& X, const std::int32_t* rows, Int n, T* to) {
  const Int d = D > 0 ? D : X.d;
  for (Int i = 0; i < n; ++i, to += d) std::memcpy(to, X.row(rows[i]), d * sizeof(T));
}

template <class T>
void pick(const Dense<T>& X, const std::int32_t* rows, Int n, T* to) {
  COVEY_BY_FEATURES(pick_by, X.d, X, rows, n, to)
}

void defer(const std::int32_t* rows, const Found& found, float clock, Int n, float* due) {
  const auto at = [&](Int i) {
    const float until = clock + (found.next[i] - found.near[i]);
    return until - until * 0x1p-22f;
  };
  for (Int i = 0; i < n; ++i) due[rows ? rows[i] : i] = at(i);
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.overdue = overdue;
  kernels.review = review<T>;
  kernels.pick = pick<T>;
  kernels.defer = defer;
}

}  // namespace

void COVEY_ADD(reviewing)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
