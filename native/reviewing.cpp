// Rows whose label could have changed, and what follows for labels and sums when they are looked
// at.
//
// Each row keeps one float, `due`. When it is looked at, at time t₀, its slack s is the distance to
// the second nearest center less that to its own. The clock of a fit adds up, iteration by
// iteration, the two largest movements of centers: since then its own center moved by at most O
// and any other by at most M with O + M ≤ clock(t) − clock(t₀). So with due = clock(t₀) + s no
// other center can be nearer while clock < due (Hamerly 2010, doi
// 10.1137/1.9781611972801.12, both bounds in one number that is written only when a row is
// looked at).
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

template <class T>
inline T slack_error(Int d) {
  return T(d + 8) * std::numeric_limits<T>::epsilon();
}

/// From squared distances; negative where nothing can be said.
template <class T>
inline pack<T> slack_of(pack<T> best, pack<T> next, T error) {
  const pack<T> most = broadcast<pack<T>>(std::numeric_limits<T>::max());
  const pack<T> slack =
      root(minimum(next, most)) * (1 - error) - root(minimum(best, most)) * (1 + error);
  return select((next >= TINY<T>)&(best <= most), slack, broadcast<pack<T>>(-1));
}

inline void store_slack(float* to, pack<float> slack) { store(to, slack); }
inline void store_slack(float* to, pack<double> slack) {
  slack = minimum(slack * (1 - 0x1p-22), broadcast<pack<double>>(0x1p126));
  store(to, __builtin_convertvector(slack, vec<float, lanes<double>>));
}

template <class T, int D>
void review_by(const Dense<T>& X, const Centers<T>& centers, const Unit& unit, Range range,
               Label* labels, float* slack, T* scratch) {
  using Rows = Tile<T, D>;
  constexpr int R = Rows::R, W = lanes<T>;
  const T error = slack_error<T>(X.d);
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
      pack<T> room = slack_of<T>(best[r], next[r], error) * T(unit.scale);
      if (unit.reach > 0) room -= T(0x1p-21) * (root(best[r]) + T(2 * unit.reach));
      store_slack(slack + at + r * W, room);
      for (int l = 0; l < W; ++l) labels[at + r * W + l] = static_cast<Label>(label[r][l]);
    }
  }
  if (any(overflow))
    for (Int i = 0; i < range.size() && unit.reach == 0; ++i)
      labels[i] = nearest_in_double(X.row(range.begin + i), centers, -1);
}

template <class T>
void review(const Dense<T>& X, const Centers<T>& centers, const Unit& unit, Range range,
            Label* labels, float* slack, T* scratch) {
  COVEY_BY_FEATURES(review_by, X.d, X, centers, unit, range, labels, slack, scratch)
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

/// Rounded down.
inline float due_at(float clock, float slack) {
  const float until = clock + slack;
  return until - until * 0x1p-22f;
}

void defer(const std::int32_t* rows, const float* slack, float clock, Int n, float* due) {
  if (rows)
    for (Int i = 0; i < n; ++i) due[rows[i]] = due_at(clock, slack[i]);
  else
    for (Int i = 0; i < n; ++i) due[i] = due_at(clock, slack[i]);
}

template <class T>
Int settle(const Dense<T>& X, const std::int32_t* rows, Int n, const Label* found,
           const double* weight, Label* labels, Sums sums) {
  std::int32_t changed[CHUNK];
  Int n_changed = 0;
  for (Int i = 0; i < n; ++i) {
    changed[n_changed] = static_cast<std::int32_t>(i);
    n_changed += found[i] != labels[rows ? rows[i] : i];
  }
  for (Int c = 0; c < n_changed; ++c) {
    const Int i = changed[c], row = rows ? rows[i] : i;
    if (labels[row] < 0 || labels[row] >= sums.k) return -1;
    const double w = weight ? weight[row] : 1.0;
    const T* x = X.row(row);
    double* to = sums.at + found[i] * sums.stride;
    double* from = sums.at + labels[row] * sums.stride;
    labels[row] = found[i];
    for (Int f = 0; f < X.d; ++f) {
      const double value = w * double(x[f]);
      to[f] += value;
      from[f] -= value;
    }
    to[X.d] += w;
    from[X.d] -= w;
  }
  return n_changed;
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.overdue = overdue;
  kernels.review = review<T>;
  kernels.pick = pick<T>;
  kernels.defer = defer;
  kernels.settle = settle<T>;
}

}  // namespace

void COVEY_ADD(reviewing)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
