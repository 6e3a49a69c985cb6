// How a pass is stopped before its end: Ctrl-C must not wait for a billion rows.
#pragma once

namespace covey {

/// Throws where the pass that this thread works for is to stop: because another of its threads
/// failed, or because the watch says so, which the thread that called the pass asks every 50 ms.
/// Called before every block; a pass whose blocks last longer than 0.1 s, a kernel whose calls do,
/// or what a pass does outside its blocks, calls it in between (2 ns, seldom 25).
void may_stop();

/// Ask `look` whether to stop: it throws what the pass shall throw. Null: nobody is asked.
void set_watch(void (*look)());

/// The same for step i of a loop whose steps are short.
template <class I>
void may_stop_at(I i) {
  if ((i & 63) == 63) may_stop();
}

}  // namespace covey
