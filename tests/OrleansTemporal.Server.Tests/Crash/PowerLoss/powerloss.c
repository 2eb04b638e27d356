// Preload shim that remembers how to take back every change of the files below one folder that was not made durable.
//
//   OT_POWERLOSS_ROOT         the watched folder, absolute and without symbolic links
//   OT_POWERLOSS_UNDO         an empty folder outside of it, on the same file system: receives `log` and saved links
//   OT_POWERLOSS_IGNORE_SYNC  set: flushes answer success and make nothing durable
//
// Durable is: bytes and length of a file after fsync or fdatasync of it (or O_SYNC, O_DSYNC, RWF_DSYNC); a name after
// fsync of the folder that holds it. Every change is logged before it happens, under one lock, so the log has the order
// of the changes; the log survives SIGKILL in the page cache. rollback.c applies it backwards.
//
// .NET looks functions of P/Invokes up with dlsym on libc's own handle, past every preload; hence the dlsym below.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "record.h"

#if defined(__aarch64__)
#define DLSYM_VERSION "GLIBC_2.17"
#else
#define DLSYM_VERSION "GLIBC_2.2.5"
#endif
#ifndef RWF_SYNC
#define RWF_DSYNC 2
#define RWF_SYNC 4
#endif
#ifndef RWF_APPEND
#define RWF_APPEND 16
#endif

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static dev_t root_device;
static int undo_fd = -1, log_fd = -1, ignore_sync;
static uint64_t position, links;
static char *saved;
static size_t saved_capacity;

#define LOCK() pthread_mutex_lock(&gate)
#define UNLOCK() do { int keep_ = errno; pthread_mutex_unlock(&gate); errno = keep_; } while (0)

static void die(const char *what) {
    dprintf(2, "powerloss: %s: %s\n", what, strerror(errno));
    abort();
}

static uint64_t append(struct record r, const void *first, const void *second) {
    r.magic = RECORD_MAGIC;
    r.position = ++position;
    struct iovec parts[3] = { { &r, sizeof r }, { (void *)first, r.first_length }, { (void *)second, r.second_length } };
    size_t total = sizeof r + r.first_length + r.second_length;
    ssize_t done = syscall(SYS_writev, log_fd, parts, 3);
    if (done != (ssize_t)total) die("cannot write the undo log");
    return position;
}

static uint64_t append_path(uint32_t kind, uint64_t offset, const char *path) {
    return append((struct record){ .kind = kind, .offset = offset, .first_length = strlen(path) }, path, NULL);
}

static void unsupported(const char *what) {
    LOCK();
    append_path(RECORD_UNSUPPORTED, 0, what);
    UNLOCK();
}

__attribute__((constructor)) static void start(void) {
    const char *folder = getenv("OT_POWERLOSS_ROOT"), *undo = getenv("OT_POWERLOSS_UNDO");
    struct stat st;
    if (!folder || !undo) return;
    if (!realpath(folder, root) || stat(root, &st)) die(folder);
    root_device = st.st_dev;
    undo_fd = syscall(SYS_openat, AT_FDCWD, undo, O_DIRECTORY | O_CLOEXEC, 0);
    int fd = syscall(SYS_openat, undo_fd, "log", O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (undo_fd < 0 || fd < 0) die(undo);
    // Out of the way of the numbers that the program under test may expect.
    log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 500);
    syscall(SYS_close, fd);
    ignore_sync = getenv("OT_POWERLOSS_IGNORE_SYNC") != NULL;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    append((struct record){ .kind = RECORD_START, .offset = now.tv_sec * 1000000000ull + now.tv_nsec }, NULL, NULL);
    root_length = strlen(root);
}

// The path below the watched folder, or NULL for what is elsewhere.
static const char *below(const char *path) {
    if (!root_length || strncmp(path, root, root_length)) return NULL;
    if (!path[root_length]) return path + root_length;
    return path[root_length] == '/' ? path + root_length + 1 : NULL;
}

static const char *named(int folder, const char *path, char *buffer) {
    if (!root_length || !path) return NULL;
    if (path[0] != '/') {
        char link[32];
        snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
        ssize_t n = syscall(SYS_readlink, link, buffer, PATH_MAX - 1);
        if (n < 0) return NULL;
        snprintf(buffer + n, PATH_MAX - n, "/%s", path);
    } else {
        snprintf(buffer, PATH_MAX, "%s", path);
    }
    const char *name = below(buffer);
    if (name && (strstr(name, "//") || strstr(name, "./"))) {
        unsupported("a path that is not in its plain form");
    }
    return name;
}

static const char *watched(int fd, struct stat *st, char *buffer) {
    if (!root_length || syscall(SYS_fstat, fd, st)) return NULL;
    if ((!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) || st->st_dev != root_device) return NULL;
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = syscall(SYS_readlink, link, buffer, PATH_MAX - 1);
    if (n < 0) return NULL;
    buffer[n] = 0;
    return below(buffer);
}

static uint32_t save(int fd, uint64_t offset, uint64_t length) {
    if (length > UINT32_MAX) die("a change too large to remember");
    if (length > saved_capacity) {
        free(saved);
        saved_capacity = length < 65536 ? 65536 : length;
        if (!(saved = malloc(saved_capacity))) die("no memory");
    }
    uint64_t done = 0;
    int own = -1;
    while (done < length) {
        ssize_t n = syscall(SYS_pread64, own < 0 ? fd : own, saved + done, length - done, offset + done);
        if (n < 0 && (errno == EBADF || errno == EINVAL) && own < 0) { // opened for writing only, or with O_DIRECT
            char link[32];
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            own = syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
            if (own >= 0) continue;
        }
        if (n < 0) die("cannot read what will be overwritten");
        if (n == 0) break;
        done += n;
    }
    if (own >= 0) syscall(SYS_close, own);
    return done;
}

static void log_write(int fd, const struct stat *st, uint64_t offset, uint64_t length) {
    uint64_t size = st->st_size, old = offset >= size ? 0 : size - offset < length ? size - offset : length;
    uint32_t kept = save(fd, offset, old);
    append((struct record){ .kind = RECORD_WRITE, .inode = st->st_ino, .offset = offset, .length = length,
                            .size_before = size, .first_length = kept }, saved, NULL);
}

static void log_length(int fd, const struct stat *st, uint64_t length) {
    uint64_t size = st->st_size;
    uint32_t kept = length < size ? save(fd, length, size - length) : 0;
    append((struct record){ .kind = RECORD_LENGTH, .inode = st->st_ino, .offset = length, .size_before = size,
                            .first_length = kept }, saved, NULL);
}

static void log_sync(const struct stat *st, const char *name, uint64_t mark) {
    if (S_ISDIR(st->st_mode)) append_path(RECORD_FOLDER_SYNC, mark, name);
    else append((struct record){ .kind = RECORD_SYNC, .inode = st->st_ino, .offset = mark }, NULL, NULL);
}

static uint64_t keep_link(int folder, const char *path) {
    char name[32];
    snprintf(name, sizeof name, "l%llu", (unsigned long long)++links);
    if (syscall(SYS_linkat, folder, path, undo_fd, name, 0)) die("cannot keep a link to what will be removed");
    return links;
}

#include "calls.c"
