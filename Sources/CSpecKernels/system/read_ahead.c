#include "read_ahead.h"

void sk_read_ahead_follow(sk_read_ahead *ahead, const void *start, size_t bytes) {
  // Matrices begin on cache lines; the multiplication spreads the numbers of the lines over the entries.
  const size_t index = (size_t)(((uint64_t)(uintptr_t)start >> 6) * 0x9e3779b97f4a7c15ull >> 54) % SK_FOLLOWERS;
  ahead->entries[ahead->last].follower = (sk_stretch){start, bytes};
  if (ahead->entries[index].start != start) {
    ahead->entries[index].start = start;
    ahead->entries[index].follower = (sk_stretch){NULL, 0};
  }
  ahead->last = index;
  atomic_store_explicit(&ahead->start, ahead->entries[index].follower.start, memory_order_relaxed);
  atomic_store_explicit(&ahead->bytes, ahead->entries[index].follower.bytes, memory_order_relaxed);
}
