// Python's door to the colors of images: counted, clustered, put to pixels, dithered.
#include "binding.hpp"
#include "coordinates.hpp"
#include "counting.hpp"
#include "cuts.hpp"
#include "doors.hpp"

namespace covey {
namespace {

using Points = Matrix<const std::int16_t>;

Int points_of(const Points& x, const char* what) {
  must(Int(x.shape(1)) == 4, what, 4, Int(x.shape(1)));
  std::int32_t beyond = 0;
  for (Int i = 0; i < Int(x.size()); ++i)
    beyond |= x.data()[i] > MOST_OF_COLOR || x.data()[i] < -MOST_OF_COLOR;
  must(!beyond, "size of a coordinate, at most", MOST_OF_COLOR, MOST_OF_COLOR + 1);
  return Int(x.shape(0));
}

Int py_count_colors(Matrix<const std::uint8_t> pixels, int dropped, Vector<std::int32_t> codes,
                    Matrix<std::uint8_t> colors, Vector<std::int64_t> counts) {
  const Int n = Int(pixels.shape(0)), d = Int(pixels.shape(1)), room = Int(counts.size());
  must(n >= 1, "number of pixels, at least", 1, n);
  must(n < (Int{1} << 31), "number of pixels, below", Int{1} << 31, n);
  must(d == 3 || d == 4, "channels, 3 or", 4, d);
  must(dropped >= 0 && dropped < 8, "dropped bits, 0 to", 7, dropped);
  must_have(codes, n, "length of codes, one for each pixel");
  must_have(colors, 4 * room, "size of colors, four bytes for each count");
  nb::gil_scoped_release release;
  return count_colors(pixels.data(), n, {d, dropped}, codes.data(), colors.data(), counts.data(),
                      room);
}

template <class I>
void py_put_indices(Vector<const std::int32_t> codes, Vector<const I> index, Vector<I> out) {
  const Int n = Int(codes.size());
  must_have(out, n, "length of out, one for each pixel");
  check_labels(codes.data(), n, Int(index.size()));
  nb::gil_scoped_release release;
  put_indices(codes.data(), n, index.data(), out.data());
}

void must_be(const Matrix<const double>& array, Int rows, Int columns, const char* what) {
  must(Int(array.shape(0)) == rows, what, rows, Int(array.shape(0)));
  must(Int(array.shape(1)) == columns, what, columns, Int(array.shape(1)));
}

void py_color_coordinates(Matrix<const std::uint8_t> colors, Vector<const double> light,
                          Matrix<const double> first, int bend, Matrix<const double> then,
                          Matrix<const double> ends, Matrix<std::int16_t> out) {
  const Int n = Int(colors.shape(0));
  must(Int(colors.shape(1)) == 4, "channels of colors", 4, Int(colors.shape(1)));
  must_have(light, 256, "length of light");
  must_be(first, 3, 3, "rows and columns of the first mixture");
  must_be(then, 3, 3, "rows and columns of the second mixture");
  must_be(ends, 2, 3, "ends, black and half of white");
  must(bend >= 0 && bend <= 2, "bend, 0 to", 2, bend);
  must_have(out, 4 * n, "size of out, four for each color");
  nb::gil_scoped_release release;
  const ColorSpace space{light.data(), first.data(),   then.data(), static_cast<Bend>(bend),
                         ends.data(),  ends.data() + 3};
  color_coordinates(colors.data(), n, space, out.data());
}

void py_nearest_colors(Points x, Points centers, Vector<Label> labels, Vector<std::int32_t> sq,
                       std::optional<Vector<std::int32_t>> second) {
  const Int n = points_of(x, "columns of x"), k = points_of(centers, "columns of centers");
  must(k >= 1, "number of centers, at least", 1, k);
  must_have(labels, n, "length of labels, one for each color");
  must_have(sq, n, "length of sq, one for each color");
  if (second) must_have(*second, n, "length of second, one for each color");
  nb::gil_scoped_release release;
  const SwatchPanel packed(centers.data(), k);
  nearest_colors(x.data(), n, packed.view(), labels.data(), sq.data(),
                 second ? second->data() : nullptr);
}

Colors colors_of(const Points& x, const Vector<const std::int64_t>& weight) {
  constexpr std::int64_t MOST = std::int64_t{1} << 40;  // so that sums hold
  const Int n = points_of(x, "columns of x");
  must_have(weight, n, "length of weight, one for each color");
  std::int64_t sum = 0;
  for (Int i = 0; i < n; ++i) {
    const std::int64_t w = weight.data()[i];
    must(w >= 0 && w <= MOST, "weight, from 0 to", MOST, w);
    sum += w;
    must(sum <= MOST, "sum of weights, at most", MOST, sum);
  }
  return {x.data(), weight.data(), n};
}

Int py_settle_colors(Points x, Vector<const std::int64_t> weight, Matrix<std::int16_t> centers,
                     Int fixed, Int max_iter, Vector<Label> labels, Vector<std::int32_t> sq) {
  const Colors colors = colors_of(x, weight);
  const Int k = points_of(Points(centers), "columns of centers");
  must(k >= 1, "number of centers, at least", 1, k);
  must(fixed >= 0 && fixed <= k, "fixed centers, 0 to", k, fixed);
  must(max_iter >= 0, "max_iter, at least", 0, max_iter);
  must_have(labels, colors.n, "length of labels, one for each color");
  must_have(sq, colors.n, "length of sq, one for each color");
  nb::gil_scoped_release release;
  return settle_colors(colors, centers.data(), k, fixed, max_iter, labels.data(), sq.data());
}

Int py_cut_colors(Points x, Vector<const std::int64_t> weight, Matrix<std::int16_t> centers) {
  const Colors colors = colors_of(x, weight);
  const Int k = points_of(Points(centers), "columns of centers");
  must(colors.n >= 1, "number of colors, at least", 1, colors.n);
  must(k >= 1, "number of centers, at least", 1, k);
  must(colors.n < (Int{1} << 31), "number of colors, below", Int{1} << 31, colors.n);
  nb::gil_scoped_release release;
  return Cuts(colors).make(k, centers.data());
}

Int py_draw_colors(Points x, Vector<const std::int64_t> weight, Vector<const double> shares,
                   Int given, Matrix<std::int16_t> centers) {
  const Colors colors = colors_of(x, weight);
  const Int k = points_of(Points(centers), "columns of centers");
  must(k >= 1, "number of centers, at least", 1, k);
  must(given >= 0 && given <= k, "given centers, 0 to", k, given);
  must_have(shares, k, "length of shares, one for each center");
  nb::gil_scoped_release release;
  return draw_colors(colors, shares.data(), given, k, centers.data());
}

void py_diffuse_colors(Matrix<const std::int32_t> codes, Points colors, Points centers,
                       Vector<const std::int32_t> off, int strength, int ease,
                       Matrix<std::uint8_t> out) {
  const Int h = Int(codes.shape(0)), w = Int(codes.shape(1));
  const Int n = points_of(colors, "columns of colors"),
            k = points_of(centers, "columns of centers");
  must(k >= 1 && k <= 256, "number of centers, 1 to", 256, k);
  must_have(off, n, "length of off, one for each color");
  must(strength >= 0 && strength <= 256, "strength, 0 to", 256, strength);
  must(ease >= 0 && ease <= 65536, "ease, 0 to", 65536, ease);
  must_have(out, h * w, "size of out, one for each pixel");
  check_labels(codes.data(), h * w, n);
  for (Int i = 0; i < n; ++i) must(off.data()[i] >= 0, "off, at least", 0, off.data()[i]);
  nb::gil_scoped_release release;
  const SwatchPanel packed(centers.data(), k);
  const Dithering image{codes.data(),   h,        w,    colors.data(), off.data(), packed.view(),
                        centers.data(), strength, ease, out.data()};
  diffuse_colors(image);
}

}  // namespace

void bind_colors(nb::module_& m) {
  bind_strictly(m, "count_colors", py_count_colors);
  bind_strictly(m, "put_indices", py_put_indices<std::uint8_t>);
  bind_strictly(m, "put_indices", py_put_indices<std::uint16_t>);
  bind_strictly(m, "color_coordinates", py_color_coordinates);
  bind_strictly(m, "nearest_colors", py_nearest_colors);
  bind_strictly(m, "settle_colors", py_settle_colors);
  bind_strictly(m, "cut_colors", py_cut_colors);
  bind_strictly(m, "draw_colors", py_draw_colors);
  bind_strictly(m, "diffuse_colors", py_diffuse_colors);
}

}  // namespace covey
