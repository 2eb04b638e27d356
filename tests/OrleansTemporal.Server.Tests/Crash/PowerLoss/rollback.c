// Turns the folder that powerloss.c watched into what a power loss may have left of it.
//
//   rollback <root> <undo> lost          everything that was not made durable is lost
//   rollback <root> <undo> torn <seed>   each file block, each length and the tail of each folder's changes is kept or lost by itself
//
// Prints one line of counts. Exit code 3: the shim saw something that it cannot take back, or changes were made past it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "record.h"

// What is known of a file (by inode) or a folder (by hash of its path).
struct object {
    uint64_t key, durable, cut, kept_end, final_size, size_min, size_max;
    int used, changed, size_lost;
    char *path;
};

enum { OBJECTS = 1 << 18, FOLDER = 0x5bd1 };
static struct object objects[OBJECTS];
static const struct record **records;
static uint64_t count, seed, started;
static int torn, root_fd, undo_fd, unseen;
static uint64_t lost_writes, torn_writes, kept_writes, lost_names, kept_names, flushes, unsupported;
static struct stat st;

static void die(const char *what) {
    fprintf(stderr, "rollback: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t mix(uint64_t a, uint64_t b) { // the finaliser of MurmurHash3
    uint64_t x = a * 0x9e3779b97f4a7c15ull ^ (b + 0x7f4a7c159e3779b9ull);
    x = (x ^ x >> 33) * 0xff51afd7ed558ccdull;
    x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ull;
    return x ^ x >> 33;
}

static struct object *object_of(uint64_t key) {
    for (uint64_t i = mix(key, 1);; i++) {
        struct object *o = &objects[i % OBJECTS];
        if (o->used && o->key != key) continue;
        if (!o->used) *o = (struct object){ .key = key, .used = 1, .cut = UINT64_MAX, .kept_end = UINT64_MAX };
        return o;
    }
}

static const char *first(const struct record *r) { return (const char *)(r + 1); }
static char *copy(const char *text, size_t length) { return strndup(text, length); }
static char *path_of(const struct record *r) {
    return r->kind == RECORD_RENAME ? copy(first(r) + r->first_length, r->second_length) : copy(first(r), r->first_length);
}

static uint64_t folder_key(const char *path, size_t length) {
    uint64_t key = FOLDER;
    for (size_t i = 0; i < length; i++) key = mix(key, (unsigned char)path[i]);
    return key | 1ull << 63;
}
static struct object *parent_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return object_of(folder_key(path, slash ? slash - path : 0));
}

// The position up to which changes reached the disk: none, all, or some of those that nobody flushed.
static uint64_t reached(const struct object *o, uint64_t part) {
    if (!torn) return o->durable;
    uint64_t roll = mix(mix(seed, o->key), part);
    if (roll % 8 < 3) return o->durable;
    if (roll % 8 < 6) return count;
    return o->durable + (roll >> 8) % (count - o->durable + 1);
}
static uint64_t before(uint64_t a, uint64_t cut) { return cut <= a ? cut - 1 : a; }

static uint64_t block_of(const struct object *o) {
    static const uint64_t sizes[] = { 512, 512, 4096, 65536, 1ull << 62 };
    return torn ? sizes[mix(mix(seed, o->key), 77) % 5] : 1ull << 62;
}
enum { PART_LENGTH = 1000000007, PART_NAMES = 1000000009 };

static int is_name(const struct record *r) { return r->kind >= RECORD_CREATE && r->kind <= RECORD_RMDIR; }

static void load(void) {
    int fd = openat(undo_fd, "log", O_RDONLY);
    if (fd < 0 && errno == ENOENT) return; // killed before the shim began
    if (fd < 0 || fstat(fd, &st)) die("no log");
    size_t size = st.st_size, capacity = 0;
    const char *data = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    if (data == MAP_FAILED) die("mmap");
    for (size_t at = 0; at + sizeof(struct record) <= size;) {
        const struct record *r = (const struct record *)(data + at);
        size_t length = sizeof *r + r->first_length + (size_t)r->second_length;
        if (at + length > size) break; // the cut last record
        if (r->magic != RECORD_MAGIC || r->position != count + 1) die("the log is damaged");
        if (count == capacity) records = realloc(records, (capacity = capacity * 2 + 1024) * sizeof *records);
        records[count++] = r;
        at += length;
    }
}

static void note(const struct record *r) {
    struct object *o;
    switch (r->kind) {
    case RECORD_START: started = r->offset; break;
    case RECORD_SYNC: flushes++; o = object_of(r->inode); if (o->durable < r->offset) o->durable = r->offset; break;
    case RECORD_FOLDER_SYNC:
        flushes++;
        o = object_of(folder_key(first(r), r->first_length));
        if (o->durable < r->offset) o->durable = r->offset;
        break;
    case RECORD_UNSUPPORTED: unsupported++; printf("unsupported: %.*s\n", (int)r->first_length, first(r)); break;
    case RECORD_WRITE:
    case RECORD_LENGTH:
        o = object_of(r->inode);
        o->changed = 1;
        uint64_t after = r->kind == RECORD_LENGTH ? r->offset : r->offset + r->length > r->size_before ? r->offset + r->length : r->size_before;
        o->size_min = after < r->size_before ? after : r->size_before;
        o->size_max = after > r->size_before ? after : r->size_before;
        break;
    }
}

static int drop(const char *path, const struct stat *s, int type, struct FTW *w) {
    (void)s, (void)type, (void)w;
    return remove(path);
}

static int is_at(const char *path, uint64_t inode) { return !fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) && (!inode || st.st_ino == inode); }

static void restore_link(uint64_t number, const char *path) {
    char name[32];
    snprintf(name, sizeof name, "l%llu", (unsigned long long)number);
    if (linkat(undo_fd, name, root_fd, path, 0) && errno != EEXIST && errno != ENOENT) die("cannot restore a removed file");
}

static void undo_name(const struct record *r, const char *path) {
    char full[PATH_MAX];
    char *from = r->kind == RECORD_RENAME ? copy(first(r), r->first_length) : NULL;
    switch (r->kind) {
    case RECORD_CREATE:
    case RECORD_LINK: unlinkat(root_fd, path, 0); break;
    case RECORD_RENAME:
        if (!is_at(path, r->inode)) break; // killed before it happened
        if (is_at(from, 0)) unlinkat(root_fd, path, 0);
        else if (renameat(root_fd, path, root_fd, from) && errno != ENOENT) die("cannot take back a rename");
        if (r->length) restore_link(r->length, path);
        break;
    case RECORD_UNLINK: restore_link(r->length, path); break;
    case RECORD_MKDIR:
        snprintf(full, sizeof full, "/proc/self/fd/%d/%s", root_fd, path);
        nftw(full, drop, 16, FTW_DEPTH | FTW_PHYS);
        break;
    case RECORD_RMDIR: mkdirat(root_fd, path, 0755); break;
    }
    free(from);
}

static void undo_names(void) {
    for (uint64_t i = count; i-- > 0;) {
        const struct record *r = records[i];
        if (!is_name(r)) continue;
        char *path = path_of(r);
        struct object *folder = parent_of(path);
        if (r->position > folder->durable && r->position > reached(folder, PART_NAMES)) lost_names++, undo_name(r, path);
        else if (r->position > folder->durable) kept_names++;
        free(path);
    }
}

static int locate(const char *path, const struct stat *s, int type, struct FTW *w) {
    (void)w;
    if (type == FTW_F) object_of(s->st_ino)->path = strdup(path);
    return 0;
}

static int check(const char *path, const struct stat *s, int type, struct FTW *w) {
    (void)w;
    if (type != FTW_F) return 0;
    struct object *o = object_of(s->st_ino);
    uint64_t changed = s->st_mtim.tv_sec * 1000000000ull + s->st_mtim.tv_nsec, size = s->st_size;
    if (o->changed ? size < o->size_min || size > o->size_max : size && changed > started + 20000000)
        unseen++, printf("changed past the shim: %s (%llu bytes, expected %llu to %llu)\n", path, (unsigned long long)size,
                         (unsigned long long)o->size_min, (unsigned long long)o->size_max);
    return 0;
}

static void put(int fd, const char *bytes, uint64_t length, uint64_t offset) {
    static const char zeros[65536];
    while (length) {
        uint64_t part = bytes || length < sizeof zeros ? length : sizeof zeros;
        ssize_t n = pwrite(fd, bytes ? bytes : zeros, part, offset);
        if (n <= 0) die("cannot restore bytes");
        length -= n, offset += n;
        if (bytes) bytes += n;
    }
}

static void undo_bytes(const struct record *r, struct object *o, int fd) {
    uint64_t block = block_of(o), end = r->offset + r->length, lost = 0, kept = 0;
    for (uint64_t at = r->offset; at < end;) {
        uint64_t next = (at / block + 1) * block, stop = next < end ? next : end;
        if (r->position > before(reached(o, at / block), o->cut)) {
            uint64_t until = stop < o->kept_end ? stop : o->kept_end, old_end = r->offset + r->first_length;
            uint64_t middle = until < old_end ? until : old_end > at ? old_end : at;
            if (middle > at) put(fd, first(r) + (at - r->offset), middle - at, at);
            if (until > middle && until > at) put(fd, NULL, until - middle, middle);
            lost++;
        } else kept++;
        at = stop;
    }
    if (lost && kept) torn_writes++; else if (lost) lost_writes++; else kept_writes++;
}

static void undo_data(void) {
    for (uint64_t i = 0; i < count; i++) { // a lost cut takes everything after it along
        const struct record *r = records[i];
        if (r->kind != RECORD_LENGTH || r->offset >= r->size_before) continue;
        struct object *o = object_of(r->inode);
        if (r->position > o->durable && r->position > reached(o, PART_LENGTH) && r->position < o->cut) o->cut = r->position;
    }
    for (uint64_t i = count; i-- > 0;) {
        const struct record *r = records[i];
        if (r->kind != RECORD_WRITE && r->kind != RECORD_LENGTH) continue;
        struct object *o = object_of(r->inode);
        if (r->position <= o->durable || !o->path) continue;
        int fd = open(o->path, O_RDWR);
        if (fd < 0) die(o->path);
        int size_lost = r->position > before(reached(o, PART_LENGTH), o->cut);
        if (r->kind == RECORD_WRITE) {
            undo_bytes(r, o, fd);
            size_lost &= r->offset + r->length > r->size_before;
        } else if (size_lost) put(fd, first(r), r->first_length, r->offset);
        else if (r->offset < o->kept_end) o->kept_end = r->offset;
        if (size_lost) o->size_lost = 1, o->final_size = r->size_before;
        close(fd);
    }
    for (uint64_t i = 0; i < OBJECTS; i++)
        if (objects[i].size_lost && objects[i].path && truncate(objects[i].path, objects[i].final_size)) die("truncate");
}

static int empty(const char *path, const struct stat *s, int type, struct FTW *w) {
    (void)s, (void)type;
    return w->level ? remove(path) : 0;
}

int main(int argc, char **argv) {
    if (argc < 4) return fprintf(stderr, "usage: rollback <root> <undo> lost|torn [seed]\n"), 2;
    torn = !strcmp(argv[3], "torn");
    seed = mix(argc > 4 ? strtoull(argv[4], NULL, 10) : 0, 0x5eed);
    if ((root_fd = open(argv[1], O_DIRECTORY)) < 0 || (undo_fd = open(argv[2], O_DIRECTORY)) < 0) die("folders");
    load();
    for (uint64_t i = 0; i < count; i++) note(records[i]);
    nftw(argv[1], check, 16, FTW_PHYS);
    undo_names();
    nftw(argv[1], locate, 16, FTW_PHYS);
    undo_data();
    nftw(argv[2], empty, 16, FTW_DEPTH | FTW_PHYS);
    printf("changes=%llu flushes=%llu lost=%llu torn=%llu kept=%llu namesLost=%llu namesKept=%llu unsupported=%llu\n",
           (unsigned long long)count, (unsigned long long)flushes, (unsigned long long)lost_writes, (unsigned long long)torn_writes,
           (unsigned long long)kept_writes, (unsigned long long)lost_names, (unsigned long long)kept_names, (unsigned long long)unsupported);
    return unsupported || unseen ? 3 : 0;
}
