// The native tests, for sanitizers: `make sanitize` builds and runs them.
#include "check.hpp"

int main() {
  covey::tests::test_passes();
  covey::tests::test_threads();
  std::puts("native tests passed");
}
