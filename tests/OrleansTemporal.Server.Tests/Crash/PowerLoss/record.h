// What the shim writes about each change before it happens, and the rollback tool reads after the kill.
// A record is this header, then `first_length` bytes, then `second_length` bytes. A cut last record is a change that
// never happened: its thread died before it could go on.
#ifndef RECORD_H
#define RECORD_H
#include <stdint.h>

enum { RECORD_MAGIC = 0x4c52574f };

enum record_kind {
    RECORD_START = 1,   // offset = wall clock in nanoseconds
    RECORD_WRITE,       // inode, offset, length, size_before; first = the bytes that will be overwritten
    RECORD_LENGTH,      // inode, offset = new size, size_before; first = the bytes that will be cut off
    RECORD_SYNC,        // inode, offset = last position whose changes of this file are durable
    RECORD_FOLDER_SYNC, // offset as above; first = folder
    RECORD_CREATE,      // first = path
    RECORD_RENAME,      // inode of what moves, length = number of the saved link of what it replaces (0: none); first = from, second = to
    RECORD_UNLINK,      // length = number of the saved link; first = path
    RECORD_LINK,        // first = path
    RECORD_MKDIR,       // first = path
    RECORD_RMDIR,       // first = path
    RECORD_UNSUPPORTED, // first = what was seen
};

struct record {
    uint32_t magic;
    uint32_t kind;
    uint64_t position; // counts records from 1
    uint64_t inode;
    uint64_t offset;
    uint64_t length;
    uint64_t size_before;
    uint32_t first_length;
    uint32_t second_length;
};

// All paths are relative to the watched folder, which itself is the empty path.
#endif
