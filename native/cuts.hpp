// First palettes. By cuts: the box of colors that a cut across an axis helps most is cut there,
// until there are enough (after Wu 1991, "Efficient statistical computations for optimal color
// quantization", on the colors themselves). By draws: k-means++ (Arthur and Vassilvitskii 2007).
#pragma once

#include "palettes.hpp"

namespace covey {

/// Cuts boxes of colors.
class Cuts {
 public:
  explicit Cuts(const Colors& colors) : colors_(colors), order_(std::size_t(colors.n)) {
    for (Int i = 0; i < colors.n; ++i) order_[i] = static_cast<std::int32_t>(i);
  }

  /// Write at most k centers, the means of the boxes; returns how many.
  Int make(Int k, std::int16_t* centers) {
    std::vector<Box> boxes{measured({0, colors_.n})};
    while (Int(boxes.size()) < k) {
      may_stop();
      const auto best = std::max_element(
          boxes.begin(), boxes.end(), [](const Box& a, const Box& b) { return a.gain < b.gain; });
      if (!(best->gain > 0)) break;
      const Box whole = *best;
      const Int middle = divide(whole);
      *best = measured({whole.range.begin, middle});
      boxes.push_back(measured({middle, whole.range.end}));
    }
    for (std::size_t j = 0; j < boxes.size(); ++j) boxes[j].all.mean(centers + 4 * j);
    return Int(boxes.size());
  }

 private:
  static constexpr int BINS = 128;

  struct Box {
    Range range;
    Pile all;
    double gain = 0;  // what the best cut leaves less of Σ w ‖x − mean‖²
    int axis = 0;
    int below = 0;  // colors less than this on the axis go to one side
  };

  const std::int16_t* color(Int i) const { return colors_.x + 4 * Int{order_[i]}; }

  Box measured(Range range) const {
    Box box{range, {}, 0, 0, 0};
    int low[4], high[4];
    std::fill(low, low + 4, MOST_OF_COLOR), std::fill(high, high + 4, -MOST_OF_COLOR);
    for (Int i = range.begin; i < range.end; ++i) {
      const std::int16_t* x = color(i);
      box.all.add(x, colors_.weight[order_[i]]);
      for (int f = 0; f < 4; ++f)
        low[f] = std::min<int>(low[f], x[f]), high[f] = std::max<int>(high[f], x[f]);
    }
    for (int f = 0; f < 4; ++f)
      if (high[f] > low[f]) look(box, f, low[f], high[f]);
    return box;
  }

  /// Look for the best cut across one axis.
  void look(Box& box, int axis, int low, int high) const {
    const int width = (high - low) / BINS + 1;
    Pile bins[BINS];
    for (Int i = box.range.begin; i < box.range.end; ++i)
      bins[(color(i)[axis] - low) / width].add(color(i), colors_.weight[order_[i]]);
    Pile below;
    for (int bin = 0; bin + 1 < BINS && low + (bin + 1) * width <= high; ++bin) {
      below.add(bins[bin]);
      Pile above = box.all;
      above.mass -= below.mass;
      for (int f = 0; f < 4; ++f) above.sum[f] -= below.sum[f];
      if (below.mass == 0 || above.mass == 0) continue;
      const double gain = below.tightness() + above.tightness() - box.all.tightness();
      if (gain > box.gain) box.gain = gain, box.axis = axis, box.below = low + (bin + 1) * width;
    }
  }

  Int divide(const Box& box) {
    const auto middle = std::stable_partition(
        order_.begin() + box.range.begin, order_.begin() + box.range.end,
        [&](std::int32_t i) { return colors_.x[4 * Int{i} + box.axis] < box.below; });
    return middle - order_.begin();
  }

  Colors colors_;
  std::vector<std::int32_t> order_;
};

/// Lower sq to the squared distance to one center where less; returns Σ w sq.
inline double come_near(const Colors& colors, const std::int16_t* center, std::int32_t* sq,
                        Label* labels, std::int32_t* found) {
  const SwatchPanel packed(center, 1);
  table().colors.nearest(colors.x, colors.n, packed.view(), labels, found, nullptr);
  double sum = 0;
  for (Int i = 0; i < colors.n; ++i) {
    sq[i] = std::min(sq[i], found[i]);
    sum += double(colors.weight[i]) * double(sq[i]);
  }
  return sum;
}

/// Draw k − given centers after those given, by shares (k) of 0 … 1; returns how many there are,
/// less than k when no color is left that is none.
inline Int draw_colors(const Colors& colors, const double* shares, Int given, Int k,
                       std::int16_t* centers) {
  const Buffers<std::int32_t> sq(2, colors.n);
  std::vector<Label> labels(static_cast<std::size_t>(colors.n));
  std::fill(sq[0], sq[0] + colors.n, 1);
  double sum = 0;  // the first is drawn by weight alone
  for (Int i = 0; i < colors.n; ++i) sum += double(colors.weight[i]);
  if (given > 0) std::fill(sq[0], sq[0] + colors.n, std::numeric_limits<std::int32_t>::max());
  for (Int j = 0; j < given; ++j)
    sum = come_near(colors, centers + 4 * j, sq[0], labels.data(), sq[1]);
  for (Int j = given; j < k; ++j) {
    may_stop();
    if (!(sum > 0)) return j;
    double left = shares[j] * sum;
    Int drawn = -1;
    for (Int i = 0; i < colors.n; ++i) {
      const double part = double(colors.weight[i]) * double(sq[0][i]);
      if (part > 0) drawn = i;
      if ((left -= part) < 0) break;
    }
    if (drawn < 0) return j;
    std::copy(colors.x + 4 * drawn, colors.x + 4 * drawn + 4, centers + 4 * j);
    if (j == 0) std::fill(sq[0], sq[0] + colors.n, std::numeric_limits<std::int32_t>::max());
    sum = come_near(colors, centers + 4 * j, sq[0], labels.data(), sq[1]);
  }
  return k;
}

}  // namespace covey
