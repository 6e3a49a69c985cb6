// Ctrl-C: Python's signal handlers run in the midst of a pass, and what they raise stops it. And
// the end of the process in the midst of one.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <thread>

#include "doors.hpp"
#include "stopping.hpp"

namespace nb = nanobind;

namespace covey {
namespace {

/// Python runs signal handlers in its main thread alone.
std::atomic<unsigned long> main_thread{0};

void remember_main_thread() {
  main_thread = nb::cast<unsigned long>(
      nb::module_::import_("threading").attr("main_thread")().attr("ident"));
}

void look() {
  if (PyThread_get_thread_ident() != main_thread) return;
  nb::gil_scoped_acquire hold;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

std::terminate_handler ends_otherwise = nullptr;

/// Before Python 3.14, a daemon thread that comes back from a pass while the interpreter shuts down
/// is ended by pthread_exit, which unwinds it through nanobind's noexcept functions: the process
/// would abort instead of ending well. Such a thread sleeps until the process is gone.
[[noreturn]] void sleep_at_the_end() {
  while (!Py_IsInitialized() && PyThread_get_thread_ident() != main_thread)
    std::this_thread::sleep_for(std::chrono::seconds(1));
  if (ends_otherwise) ends_otherwise();
  std::abort();
}

}  // namespace

void bind_interrupts(nb::module_&) {
  remember_main_thread();
  const nb::module_ os = nb::module_::import_("os");
  if (nb::hasattr(os, "register_at_fork"))  // the thread that forks is the child's main thread
    os.attr("register_at_fork")(nb::arg("after_in_child") = nb::cpp_function(remember_main_thread));
  set_watch(look);
  ends_otherwise = std::set_terminate(sleep_at_the_end);
}

}  // namespace covey
