// Ctrl-C: Python's signal handlers run in the midst of a pass, and what they raise stops it.
#include <atomic>

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

}  // namespace

void bind_interrupts(nb::module_&) {
  remember_main_thread();
  const nb::module_ os = nb::module_::import_("os");
  if (nb::hasattr(os, "register_at_fork"))  // the thread that forks is the child's main thread
    os.attr("register_at_fork")(nb::arg("after_in_child") = nb::cpp_function(remember_main_thread));
  set_watch(look);
}

}  // namespace covey
