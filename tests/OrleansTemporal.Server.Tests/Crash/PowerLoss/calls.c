// The intercepted calls; included by powerloss.c. All end in raw system calls, so nothing here depends on which libc
// symbol version the caller was linked against.

typedef long (*write_call)(int fd, const void *data, long count, uint64_t offset, int flags);

static long do_write(int fd, const void *d, long n, uint64_t o, int f) { (void)o, (void)f; return syscall(SYS_write, fd, d, n); }
static long do_pwrite(int fd, const void *d, long n, uint64_t o, int f) { (void)f; return syscall(SYS_pwrite64, fd, d, n, o); }
static long do_writev(int fd, const void *d, long n, uint64_t o, int f) { (void)o, (void)f; return syscall(SYS_writev, fd, d, n); }
static long do_pwritev(int fd, const void *d, long n, uint64_t o, int f) { (void)f; return syscall(SYS_pwritev, fd, d, n, o, 0); }
static long do_pwritev2(int fd, const void *d, long n, uint64_t o, int f) { return syscall(SYS_pwritev2, fd, d, n, o, 0, f); }

static long write_logged(write_call call, int fd, const void *data, long count, uint64_t length, int positional, uint64_t offset, int flags) {
    char buffer[PATH_MAX];
    struct stat st;
    if (!watched(fd, &st, buffer)) return call(fd, data, count, offset, flags);
    LOCK();
    int open_flags = fcntl(fd, F_GETFL);
    syscall(SYS_fstat, fd, &st);
    uint64_t at = (open_flags & O_APPEND) || (flags & RWF_APPEND) ? (uint64_t)st.st_size
        : positional ? offset : (uint64_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
    log_write(fd, &st, at, length);
    long result = call(fd, data, count, offset, flags);
    if (((open_flags & (O_SYNC | O_DSYNC)) || (flags & (RWF_SYNC | RWF_DSYNC))) && !ignore_sync) log_sync(&st, NULL, position);
    UNLOCK();
    return result;
}

static uint64_t total(const struct iovec *parts, int count) {
    uint64_t sum = 0;
    for (int i = 0; i < count; i++) sum += parts[i].iov_len;
    return sum;
}

ssize_t write(int fd, const void *d, size_t n) { return write_logged(do_write, fd, d, n, n, 0, 0, 0); }
ssize_t pwrite64(int fd, const void *d, size_t n, off64_t o) { return write_logged(do_pwrite, fd, d, n, n, 1, o, 0); }
ssize_t pwrite(int fd, const void *d, size_t n, off_t o) { return write_logged(do_pwrite, fd, d, n, n, 1, o, 0); }
ssize_t writev(int fd, const struct iovec *v, int n) { return write_logged(do_writev, fd, v, n, total(v, n), 0, 0, 0); }
ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t o) { return write_logged(do_pwritev, fd, v, n, total(v, n), 1, o, 0); }
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t o) { return pwritev64(fd, v, n, o); }
ssize_t pwritev64v2(int fd, const struct iovec *v, int n, off64_t o, int f) { return write_logged(do_pwritev2, fd, v, n, total(v, n), o != -1, o, f); }
ssize_t pwritev2(int fd, const struct iovec *v, int n, off_t o, int f) { return pwritev64v2(fd, v, n, o, f); }

ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) {
    char buffer[PATH_MAX];
    struct stat st;
    if (!watched(out, &st, buffer)) return syscall(SYS_sendfile, out, in, offset, count);
    LOCK();
    uint64_t at = syscall(SYS_lseek, out, 0, SEEK_CUR);
    log_write(out, &st, at, count < 0x7ffff000 ? count : 0x7ffff000);
    ssize_t result = syscall(SYS_sendfile, out, in, offset, count);
    UNLOCK();
    return result;
}
ssize_t sendfile(int out, int in, off_t *offset, size_t count) { return sendfile64(out, in, offset, count); }

ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t count, unsigned flags) {
    char buffer[PATH_MAX];
    struct stat st;
    if (watched(out, &st, buffer)) return errno = ENOSYS, -1; // callers fall back to plain writes
    return syscall(SYS_copy_file_range, in, in_offset, out, out_offset, count, flags);
}

int ftruncate64(int fd, off64_t length) {
    char buffer[PATH_MAX];
    struct stat st;
    if (!watched(fd, &st, buffer)) return syscall(SYS_ftruncate, fd, length);
    LOCK();
    syscall(SYS_fstat, fd, &st);
    if (st.st_size != length) log_length(fd, &st, length);
    int result = syscall(SYS_ftruncate, fd, length);
    UNLOCK();
    return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int truncate64(const char *path, off64_t length) {
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result = ftruncate64(fd, length);
    syscall(SYS_close, fd);
    return result;
}
int truncate(const char *path, off_t length) { return truncate64(path, length); }

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
    char buffer[PATH_MAX];
    struct stat st;
    if (!watched(fd, &st, buffer)) return syscall(SYS_fallocate, fd, mode, offset, length);
    if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) unsupported("fallocate that moves bytes");
    LOCK();
    syscall(SYS_fstat, fd, &st);
    uint64_t end = (uint64_t)offset + length, size = st.st_size;
    if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) && (uint64_t)offset < size)
        log_write(fd, &st, offset, (end < size ? end : size) - offset);
    if (!(mode & FALLOC_FL_KEEP_SIZE) && end > size) log_length(fd, &st, end);
    int result = syscall(SYS_fallocate, fd, mode, offset, length);
    UNLOCK();
    return result;
}
int fallocate(int fd, int mode, off_t offset, off_t length) { return fallocate64(fd, mode, offset, length); }
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return fallocate64(fd, 0, offset, length) ? errno : 0; }
int posix_fallocate(int fd, off_t offset, off_t length) { return posix_fallocate64(fd, offset, length); }

// Other writers go on while a flush runs; what they add after its start is not covered by it.
static int flush(int fd, int call) {
    char buffer[PATH_MAX];
    struct stat st;
    const char *name = watched(fd, &st, buffer);
    if (!name) return syscall(call, fd);
    if (ignore_sync) return 0;
    LOCK();
    uint64_t mark = position;
    UNLOCK();
    int result = syscall(call, fd);
    if (result) return result;
    LOCK();
    log_sync(&st, name, mark);
    UNLOCK();
    return 0;
}
int fsync(int fd) { return flush(fd, SYS_fsync); }
int fdatasync(int fd) { return flush(fd, SYS_fdatasync); }
// Says nothing about lengths, nor about the cache of the disk: makes nothing durable.
int sync_file_range(int fd, off64_t offset, off64_t length, unsigned flags) { return syscall(SYS_sync_file_range, fd, offset, length, flags); }

static int open_logged(int folder, const char *path, int flags, int mode) {
    char buffer[PATH_MAX];
    const char *name = flags & (O_CREAT | O_TRUNC) ? named(folder, path, buffer) : NULL;
    if (!name || (flags & O_TMPFILE) == O_TMPFILE) return syscall(SYS_openat, folder, path, flags, mode);
    LOCK();
    int old = syscall(SYS_openat, folder, path, O_RDONLY | O_CLOEXEC, 0);
    struct stat st;
    if (old >= 0 && (flags & O_TRUNC) && !(flags & O_EXCL) && !syscall(SYS_fstat, old, &st) && st.st_size) log_length(old, &st, 0);
    if (old >= 0) syscall(SYS_close, old);
    else if (flags & O_CREAT) append_path(RECORD_CREATE, 0, name);
    int result = syscall(SYS_openat, folder, path, flags, mode);
    UNLOCK();
    return result;
}

#define MODE(flags, last) ({ int mode_ = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list l_; va_start(l_, last); mode_ = va_arg(l_, int); va_end(l_); } mode_; })
int open(const char *path, int flags, ...) { return open_logged(AT_FDCWD, path, flags, MODE(flags, flags)); }
int open64(const char *path, int flags, ...) { return open_logged(AT_FDCWD, path, flags | O_LARGEFILE, MODE(flags, flags)); }
int openat(int folder, const char *path, int flags, ...) { return open_logged(folder, path, flags, MODE(flags, flags)); }
int openat64(int folder, const char *path, int flags, ...) { return open_logged(folder, path, flags | O_LARGEFILE, MODE(flags, flags)); }
int creat(const char *path, mode_t mode) { return open_logged(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    char from_buffer[PATH_MAX], to_buffer[PATH_MAX];
    const char *from_name = named(from_folder, from, from_buffer), *to_name = named(to_folder, to, to_buffer);
    if (!from_name && !to_name) return syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    struct stat moved, replaced;
    if (!from_name || !to_name) unsupported("a rename across the border of the watched folder");
    if (flags & RENAME_EXCHANGE) unsupported("a rename that exchanges");
    LOCK();
    int there = !syscall(SYS_newfstatat, from_folder, from, &moved, AT_SYMLINK_NOFOLLOW);
    if (there && from_name && to_name) {
        if (S_ISDIR(moved.st_mode)) append_path(RECORD_UNSUPPORTED, 0, "a rename of a folder");
        int replaces = !(flags & RENAME_NOREPLACE) && !syscall(SYS_newfstatat, to_folder, to, &replaced, AT_SYMLINK_NOFOLLOW)
            && !S_ISDIR(replaced.st_mode);
        append((struct record){ .kind = RECORD_RENAME, .inode = moved.st_ino, .length = replaces ? keep_link(to_folder, to) : 0,
                                .first_length = strlen(from_name), .second_length = strlen(to_name) }, from_name, to_name);
    }
    int result = syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    UNLOCK();
    return result;
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) { return renameat2(from_folder, from, to_folder, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int folder, const char *path, int flags) {
    char buffer[PATH_MAX];
    const char *name = named(folder, path, buffer);
    if (!name) return syscall(SYS_unlinkat, folder, path, flags);
    struct stat st;
    LOCK();
    if (flags & AT_REMOVEDIR) append_path(RECORD_RMDIR, 0, name);
    else if (!syscall(SYS_newfstatat, folder, path, &st, AT_SYMLINK_NOFOLLOW) && !S_ISDIR(st.st_mode))
        append((struct record){ .kind = RECORD_UNLINK, .length = keep_link(folder, path), .first_length = strlen(name) }, name, NULL);
    int result = syscall(SYS_unlinkat, folder, path, flags);
    UNLOCK();
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

static int make(uint32_t kind, int folder, const char *path, int from_folder, const char *from, int mode) {
    char buffer[PATH_MAX];
    const char *name = named(folder, path, buffer);
    struct stat st;
    LOCK();
    if (name && syscall(SYS_newfstatat, folder, path, &st, AT_SYMLINK_NOFOLLOW)) append_path(kind, 0, name);
    int result = kind == RECORD_MKDIR ? syscall(SYS_mkdirat, folder, path, mode)
        : from_folder == INT_MIN ? syscall(SYS_symlinkat, from, folder, path)
        : syscall(SYS_linkat, from_folder, from, folder, path, mode);
    UNLOCK();
    return result;
}
int mkdir(const char *path, mode_t mode) { return make(RECORD_MKDIR, AT_FDCWD, path, 0, NULL, mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return make(RECORD_MKDIR, folder, path, 0, NULL, mode); }
int link(const char *from, const char *to) { return make(RECORD_LINK, AT_FDCWD, to, AT_FDCWD, from, 0); }
int linkat(int from_folder, const char *from, int folder, const char *to, int flags) { return make(RECORD_LINK, folder, to, from_folder, from, flags); }
int symlink(const char *target, const char *path) { return make(RECORD_LINK, AT_FDCWD, path, INT_MIN, target, 0); }

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
    char buffer[PATH_MAX];
    struct stat st;
    if (fd >= 0 && (flags & MAP_TYPE) != MAP_PRIVATE && (protection & PROT_WRITE) && watched(fd, &st, buffer)) unsupported("writes through a mapping");
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) { return mmap64(address, length, protection, flags, fd, offset); }

#define ENTRY(name) { #name, (void *)name }
static const struct { const char *name; void *address; } entries[] = {
    ENTRY(write), ENTRY(pwrite), ENTRY(pwrite64), ENTRY(writev), ENTRY(pwritev), ENTRY(pwritev64), ENTRY(pwritev2), ENTRY(pwritev64v2),
    ENTRY(sendfile), ENTRY(sendfile64), ENTRY(copy_file_range), ENTRY(ftruncate), ENTRY(ftruncate64), ENTRY(truncate), ENTRY(truncate64),
    ENTRY(fallocate), ENTRY(fallocate64), ENTRY(posix_fallocate), ENTRY(posix_fallocate64), ENTRY(fsync), ENTRY(fdatasync),
    ENTRY(sync_file_range), ENTRY(open), ENTRY(open64), ENTRY(openat), ENTRY(openat64), ENTRY(creat), ENTRY(creat64), ENTRY(rename),
    ENTRY(renameat), ENTRY(renameat2), ENTRY(unlink), ENTRY(unlinkat), ENTRY(rmdir), ENTRY(mkdir), ENTRY(mkdirat), ENTRY(link),
    ENTRY(linkat), ENTRY(symlink), ENTRY(mmap), ENTRY(mmap64),
};

void *dlsym(void *handle, const char *name) {
    static void *(*next)(void *, const char *);
    if (!next) next = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", DLSYM_VERSION);
    if (!next) die("no dlsym");
    if (root_length && handle != RTLD_NEXT)
        for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
            if (!strcmp(name, entries[i].name)) return entries[i].address;
    return next(handle, name);
}
