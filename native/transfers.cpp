// Hartigan's question, asked of many rows at once: which other cluster would take this row gladly?
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Labels of a tile's rows, and their weights, filled up where the tile is longer than the range.
template <class T>
struct Owned {
  Label label[TILE_ROWS];
  T weight[TILE_ROWS];

  Owned(const Label* labels, const double* weights, Int count, Int rows) {
    std::copy(labels, labels + count, label);
    std::fill(label + count, label + rows, Label{0});
    for (Int i = 0; i < rows; ++i) weight[i] = weights && i < count ? T(weights[i]) : T(1);
  }
};

template <class T, int D, bool weighted>
void transfers_of(const Dense<T>& X, const Centers<T>& centers, const Masses<T>& masses,
                  Range range, const Label* labels, const double* weight, Label* targets,
                  T* scratch) {
  using Rows = Tile<T, D>;
  constexpr int R = Rows::R, W = lanes<T>;
  for (Int i = range.begin; i < range.end; i += Rows::rows) {
    const Int count = std::min<Int>(Rows::rows, range.end - i), at = i - range.begin;
    Rows tile;
    tile.read(X, i, count, scratch);
    const Owned<T> owned(labels + at, weight ? weight + at : nullptr, count, Rows::rows);
    pack<T> least[R], own[R], w[R];
    mask<T> target[R], label[R], here{};
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) {
      label[r] = __builtin_convertvector((load<vec<Label, W>>(owned.label + r * W)), mask<T>);
      w[r] = load<pack<T>>(owned.weight + r * W);
      least[r] = own[r] = broadcast<pack<T>>(infinity<T>);
      target[r] = mask<T>{};
    }
    each_center<T, D>(tile, centers, [&](Int j, const pack<T>(&sq)[R]) {
      COVEY_UNROLL
      for (int r = 0; r < R; ++r) {
        const pack<T> mass = broadcast<pack<T>>(masses.at[j]);
        const pack<T> cost =
            weighted ? sq[r] * mass / (mass + w[r]) : sq[r] * broadcast<pack<T>>(masses.grown[j]);
        const mask<T> mine = label[r] == here;
        const mask<T> less = (cost < least[r]) & ~mine;
        own[r] = select(mine, sq[r], own[r]);
        least[r] = select(less, cost, least[r]);
        target[r] = select(less, here, target[r]);
      }
      here += 1;
    });
    for (Int l = 0; l < count; ++l) {
      const T mass = masses.at[owned.label[l]], without = mass - owned.weight[l];
      const T cost = own[l / W][l % W] * mass;
      const bool gains = without > 0 && least[l / W][l % W] * without < cost;
      targets[at + l] = gains ? static_cast<Label>(target[l / W][l % W]) : Label{-1};
    }
  }
}

template <class T, int D>
void transfers_by(const Dense<T>& X, const Centers<T>& centers, const Masses<T>& masses,
                  Range range, const Label* labels, const double* weight, Label* targets,
                  T* scratch) {
  const auto of = weight ? transfers_of<T, D, true> : transfers_of<T, D, false>;
  of(X, centers, masses, range, labels, weight, targets, scratch);
}

template <class T>
void transfers(const Dense<T>& X, const Centers<T>& centers, const Masses<T>& masses, Range range,
               const Label* labels, const double* weight, Label* targets, T* scratch) {
  COVEY_BY_FEATURES(transfers_by, X.d, X, centers, masses, range, labels, weight, targets, scratch)
}

}  // namespace

void COVEY_ADD(transfers)(Table& table) {
  table.f32.transfers = transfers<float>;
  table.f64.transfers = transfers<double>;
}

}  // namespace covey
