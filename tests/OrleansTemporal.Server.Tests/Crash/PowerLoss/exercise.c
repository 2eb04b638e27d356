// Changes files at random under the shim, and says what a power loss has to leave of them: its own simple account of
// what it flushed. Ends itself with SIGKILL, as a power loss would.
//
//   exercise <root> <seed> <report>     the report has one line "<path> <length> <hash>" for each file that must remain
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NAMES = 7, FILES = 256, SIZE = 1 << 17 };
static const char *names[NAMES] = { "a", "b", "c", "d", "s/x", "s/y", "s/z" };

struct file { int fd; size_t live_size, durable_size; char *live, *durable; };
static struct file files[FILES];
static int file_count, live[NAMES], durable[NAMES]; // index of the file that has the name, 0 for none

static void check(int holds, const char *what) {
    if (!holds) perror(what), exit(1);
}

static void resize(struct file *f, size_t size) {
    if (size > f->live_size) memset(f->live + f->live_size, 0, size - f->live_size);
    f->live_size = size;
}

static void create(int name) {
    struct file *f = &files[live[name] = ++file_count];
    f->live = malloc(SIZE), f->durable = malloc(SIZE);
    check((f->fd = open(names[name], O_RDWR | O_CREAT | O_EXCL, 0644)) >= 0, "open");
}

static void put(struct file *f) {
    static char data[2000];
    size_t length = 1 + rand() % sizeof data, offset = rand() % 3 ? rand() % (f->live_size + 300) : f->live_size, half = length / 2;
    if (offset + length > SIZE) return;
    for (size_t i = 0; i < length; i++) data[i] = rand();
    struct iovec parts[] = { { data, half }, { data + half, length - half } };
    ssize_t done = 0;
    switch (rand() % 4) {
    case 0: done = pwrite(f->fd, data, length, offset); break;
    case 1: done = pwritev(f->fd, parts, 2, offset); break;
    case 2: lseek(f->fd, offset, SEEK_SET); done = write(f->fd, data, length); break;
    case 3: lseek(f->fd, offset, SEEK_SET); done = writev(f->fd, parts, 2); break;
    }
    check(done == (ssize_t)length, "write");
    if (offset + length > f->live_size) resize(f, offset + length);
    memcpy(f->live + offset, data, length);
}

static void flush(struct file *f) {
    check(!(rand() % 2 ? fsync(f->fd) : fdatasync(f->fd)), "fsync");
    memcpy(f->durable, f->live, f->durable_size = f->live_size);
}

static void flush_folder(int sub) {
    int fd = open(sub ? "s" : ".", O_RDONLY | O_DIRECTORY);
    check(fd >= 0 && !fsync(fd) && !close(fd), "fsync of a folder");
    for (int i = 0; i < NAMES; i++)
        if ((names[i][1] == '/') == sub) durable[i] = live[i];
}

static void step(void) {
    int name = rand() % NAMES, other = rand() % NAMES;
    struct file *f = &files[live[name]];
    size_t size;
    if (!live[name]) {
        if (rand() % 2 && file_count + 1 < FILES) create(name);
        return;
    }
    switch (rand() % 12) {
    case 0: unlink(names[name]); live[name] = 0; break;
    case 1:
        if (other == name || names[name][1] != names[other][1]) break;
        check(!rename(names[name], names[other]), "rename");
        live[other] = live[name], live[name] = 0;
        break;
    case 2:
        check(!ftruncate(f->fd, size = rand() % (f->live_size + 500) % SIZE), "ftruncate");
        resize(f, size);
        break;
    case 3:
        check(!posix_fallocate(f->fd, 0, size = 1 + rand() % 5000), "posix_fallocate");
        if (size > f->live_size) resize(f, size);
        break;
    case 4:
        check((size = open(names[name], O_WRONLY | O_CREAT | O_TRUNC, 0644)) < 1 << 20 && !close(size), "open to cut");
        resize(f, 0);
        break;
    case 5: flush_folder(rand() % 2); break;
    case 6: case 7: flush(f); break;
    default: put(f); break;
    }
}

int main(int argc, char **argv) {
    check(argc == 4, "usage: exercise <root> <seed> <report>");
    srand(atoi(argv[2]));
    check(!chdir(argv[1]) && !mkdir("s", 0755), "root");
    flush_folder(0);
    for (int i = 20 + rand() % 300; i > 0; i--) step();

    FILE *report = fopen(argv[3], "w");
    check(report != NULL, "report");
    for (int i = 0; i < NAMES; i++) {
        if (!durable[i]) continue;
        struct file *f = &files[durable[i]];
        uint64_t hash = 14695981039346656037ull; // FNV-1a
        for (size_t at = 0; at < f->durable_size; at++) hash = (hash ^ (unsigned char)f->durable[at]) * 1099511628211ull;
        fprintf(report, "%s %zu %016llx\n", names[i], f->durable_size, (unsigned long long)hash);
    }
    fclose(report);
    kill(getpid(), SIGKILL);
}
