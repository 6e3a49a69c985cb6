// The pool of threads: every block once, callers side by side, failures, stops and forks.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "../dense.hpp"
#include "check.hpp"

#if !defined(_WIN32)
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace covey::tests {
namespace {

/// Calls each_block and holds it to: every block once, workers below the number of threads.
void check_blocks(Int n_blocks, int n_threads) {
  std::vector<int> times(
      static_cast<std::size_t>(n_blocks));  // no atomics: a block is one thread's
  std::atomic<bool> in_range{true};
  each_block(n_blocks, n_threads, [&](Int block, int worker) {
    ++times[static_cast<std::size_t>(block)];
    if (worker < 0 || worker >= n_threads) in_range = false;
  });
  for (int each : times) CHECK(each == 1);
  CHECK(in_range);
}

void test_callers_side_by_side() {
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c)
    callers.emplace_back([] {
      for (int i = 0; i < 200; ++i) check_blocks(1 + i % 17, 1 + i % 8);
    });
  for (std::thread& caller : callers) caller.join();
}

void test_a_body_that_calls_each_block() {
  each_block(6, 3, [](Int, int) { check_blocks(5, 3); });
}

void test_the_first_failure_comes_out() {
  for (int n_threads : {1, 2, 3, 8}) {
    bool caught = false;
    try {
      each_block(1000, n_threads, [](Int block, int) {
        if (block >= 10) throw std::runtime_error("block");
      });
    } catch (const std::runtime_error&) {
      caught = true;
    }
    CHECK(caught);
    check_blocks(100, n_threads);
  }
}

struct Interrupt {};
std::atomic<bool> stop_now{false};

void test_a_stop_reaches_every_thread() {
  set_watch([] {
    if (stop_now) throw Interrupt{};
  });
  for (int n_threads : {1, 2, 3, 8}) {
    stop_now = false;
    std::thread later([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      stop_now = true;
    });
    bool stopped = false;
    try {  // the caller's block is the short one: it waits for helpers, and must look as it waits
      each_block(8, n_threads, [](Int block, int) {
        const auto step = std::chrono::milliseconds(1);
        for (int i = 0; i < (block == 0 ? 1 : 10'000); ++i) {
          may_stop();
          std::this_thread::sleep_for(step);
        }
      });
    } catch (const Interrupt&) {
      stopped = true;
    }
    later.join();
    CHECK(stopped);
    stop_now = false;
    check_blocks(100, n_threads);
  }
  set_watch(nullptr);
}

void test_any_number_of_threads_gives_the_same_bytes() {
  const Int n = 20'000, d = 5, k = 11;
  const auto x = numbers<double>(n * d, 3);
  std::vector<double> expected;
  for (int n_threads : {1, 2, 3, 8}) {
    set_threads(n_threads);
    std::vector<Label> labels(n, -1);
    std::vector<double> found(k * d + k);
    lloyd<double>({x.data(), n, d}, {x.data(), k, d}, nullptr, labels.data(), found.data(),
                  found.data() + k * d);
    if (expected.empty()) expected = found;
    CHECK(found == expected);
  }
  set_threads(0);
}

void test_a_child_has_threads_of_its_own() {
#if !defined(_WIN32)
  check_blocks(100, 3);
  const pid_t child = fork();
  if (child == 0) {
    check_blocks(100, 3);
    _exit(0);
  }
  int status = 1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
#endif
}

}  // namespace

void test_threads() {
  for (Int n_blocks : {0, 1, 2, 3, 100})
    for (int n_threads : {1, 2, 3, 8}) check_blocks(n_blocks, n_threads);
  test_callers_side_by_side();
  test_a_body_that_calls_each_block();
  test_the_first_failure_comes_out();
  test_a_stop_reaches_every_thread();
  test_any_number_of_threads_gives_the_same_bytes();
#if !defined( \
    __SANITIZE_THREAD__)  // which gives up on a process that forks with threads and goes on
  test_a_child_has_threads_of_its_own();
#endif
}

}  // namespace covey::tests
