// Mapped files that change under a run. A page beyond the end of a file that has become shorter cannot be read: the
// system sends SIGBUS, whose handler may do little more than look the address up, write a text that was made before, and
// end the process.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CSpecKernels.h"

struct sk_mapping {
  _Atomic(const char *) start;  // NULL once the file is no longer mapped
  size_t bytes;
  int descriptor;
  struct stat status;  // when it was mapped
  char *path;
  char *text;  // the whole sentence
  size_t text_length;
  sk_mapping *_Atomic next;
};

/// All mappings, the newest first. Entries are used again and never freed: the handler may look at any of them.
static sk_mapping *_Atomic mappings;
static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;

static void on_bus_error(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  const char *address = info->si_addr;
  for (sk_mapping *m = atomic_load(&mappings); m; m = atomic_load(&m->next)) {
    const char *start = atomic_load(&m->start);
    if (!start || address < start || address >= start + m->bytes) continue;
    // Where nothing can be written the exit code has to do.
    if (write(STDERR_FILENO, m->text, m->text_length) < 0) _exit(2);
    _exit(2);
  }
  // Not one of ours: the same access again ends the process as it would have without a handler.
  signal(signal_number, SIG_DFL);
}

bool sk_end_on_shrunk_file(void) {
  struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
  sigemptyset(&action.sa_mask);
  return sigaction(SIGBUS, &action, NULL) == 0;
}

/// The sentence, in which what a terminal would obey is a question mark.
static char *sentence(const char *path, size_t *length) {
  static const char format[] =
      "%sspecbench: %s: it became shorter while it was in use: restore it and run the command again, with --resume where "
      "there is that option\n";
  const char *line = isatty(STDERR_FILENO) ? "\n" : "";
  const size_t size = strlen(path) + sizeof format;
  char *text = malloc(size);
  if (!text) return NULL;
  const int printed = snprintf(text, size, format, line, path);
  *length = printed > 0 ? strlen(text) : 0;
  for (char *c = text + strlen(line); *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = c[1] ? '?' : *c;
  return text;
}

sk_mapping *sk_watch_mapping(const void *start, size_t bytes, int descriptor, const char *path) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return NULL;
  size_t length = 0;
  char *text = sentence(path, &length), *copy = strdup(path);
  if (!text || !copy) {
    free(text), free(copy);
    return NULL;
  }
  pthread_mutex_lock(&changing);
  sk_mapping *mapping = atomic_load(&mappings);
  while (mapping && atomic_load(&mapping->start)) mapping = atomic_load(&mapping->next);
  if (!mapping && (mapping = calloc(1, sizeof *mapping))) {
    atomic_store(&mapping->next, atomic_load(&mappings));
    atomic_store(&mappings, mapping);
  }
  if (mapping) {
    free(mapping->text), free(mapping->path);
    mapping->path = copy;
    mapping->bytes = bytes, mapping->descriptor = descriptor, mapping->status = status;
    mapping->text = text, mapping->text_length = length;
    atomic_store(&mapping->start, start);
  } else {
    free(text), free(copy);
  }
  pthread_mutex_unlock(&changing);
  return mapping;
}

void sk_unwatch_mapping(sk_mapping *mapping) {
  pthread_mutex_lock(&changing);
  atomic_store(&mapping->start, NULL);
  pthread_mutex_unlock(&changing);
}

static bool has_changed(const sk_mapping *mapping, bool *is_shorter) {
  struct stat now;
  if (fstat(mapping->descriptor, &now) != 0) return false;
  const struct stat *then = &mapping->status;
#if defined(__APPLE__)
  const struct timespec a = now.st_mtimespec, b = then->st_mtimespec;
#else
  const struct timespec a = now.st_mtim, b = then->st_mtim;
#endif
  *is_shorter = now.st_size < then->st_size;
  return now.st_size != then->st_size || a.tv_sec != b.tv_sec || a.tv_nsec != b.tv_nsec;
}

char *sk_changed_mapping(bool *is_shorter) {
  char *path = NULL;
  pthread_mutex_lock(&changing);
  for (const sk_mapping *m = atomic_load(&mappings); m && !path; m = atomic_load(&m->next))
    if (atomic_load(&m->start) && has_changed(m, is_shorter)) path = strdup(m->path);
  pthread_mutex_unlock(&changing);
  return path;
}
