// Records what a program does to the files below one folder: every write, every change of a name, every fsync, in the order they happened.
//
//   LD_PRELOAD=recorder.so RECORD_ROOT=/folder RECORD_LOG=/elsewhere/log program
//
// The log is outside the folder and is only appended to. One record, all numbers little-endian:
//   u32 operation, u32 length of path, u32 length of other path, u32 length of data, u64 file, i64 number, path, other path, data
// A file is named by its inode, so that what is written after a rename is still known; a path is relative to the folder. The operations and what their number
// means stand in WriteLog.cs, which reads this. One lock holds each call together with its record: an fsync in the log covers every write before it and
// none behind it. Mapped memory is not seen; of a database only the index of its log is mapped, which is made anew at each start.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATE = 1, WRITE, TRUNCATE, ALLOCATE, SYNC, SYNC_FOLDER, RENAME, UNLINK, LINK, MAKE_FOLDER, REMOVE_FOLDER };
enum { DESCRIPTORS = 65536, NOTHING = 0, A_FILE = 1, A_FOLDER = 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char tracked[DESCRIPTORS];
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1;

static long put(int fd, const struct iovec *parts, int count) { return syscall(SYS_writev, fd, parts, count); }

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("RECORD_ROOT"), *log = getenv("RECORD_LOG");
    if (!folder || !log || !realpath(folder, root))
        return;
    root_length = strlen(root);
    log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// The part of a path below the folder, or null.
static const char *below(const char *path) {
    if (log_fd < 0 || !path || strncmp(path, root, root_length) != 0)
        return NULL;
    if (path[root_length] == 0)
        return path + root_length;
    return path[root_length] == '/' ? path + root_length + 1 : NULL;
}

static void record(uint32_t what, uint64_t file, int64_t number, const char *path, const char *other, const void *data, size_t length) {
    uint32_t lengths[4] = {what, path ? (uint32_t)strlen(path) : 0, other ? (uint32_t)strlen(other) : 0, (uint32_t)length};
    struct { uint32_t lengths[4]; uint64_t file; int64_t number; } head;
    memcpy(head.lengths, lengths, sizeof lengths);
    head.file = file;
    head.number = number;
    struct iovec parts[4] = {
        {&head, sizeof head}, {(void *)path, lengths[1]}, {(void *)other, lengths[2]}, {(void *)data, length},
    };
    size_t all = sizeof head + lengths[1] + lengths[2] + length;
    // A log with a hole would prove nothing.
    if (put(log_fd, parts, 4) != (long)all)
        abort();
}

static uint64_t inode(int fd) {
    struct stat is;
    return fstat(fd, &is) == 0 ? (uint64_t)is.st_ino : 0;
}

static int kind(int fd) { return fd >= 0 && fd < DESCRIPTORS ? tracked[fd] : NOTHING; }


// What is opened: its descriptor is followed, and a file that is made or emptied is noted.
static int opened(const char *path, int flags, mode_t mode) {
    const char *name = below(path);
    if (!name)
        return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat is;
    int there = syscall(SYS_newfstatat, AT_FDCWD, path, &is, 0) == 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    int error = errno;
    if (fd >= 0 && fd < DESCRIPTORS && fstat(fd, &is) == 0) {
        tracked[fd] = S_ISDIR(is.st_mode) ? A_FOLDER : S_ISREG(is.st_mode) ? A_FILE : NOTHING;
        if (!there && tracked[fd] == A_FILE)
            record(CREATE, (uint64_t)is.st_ino, 0, name, NULL, NULL, 0);
        else if (there && tracked[fd] == A_FILE && (flags & O_TRUNC))
            record(TRUNCATE, (uint64_t)is.st_ino, 0, NULL, NULL, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return fd;
}

#define MODE                                     \
    mode_t mode = 0;                             \
    if (flags & (O_CREAT | O_TMPFILE)) {         \
        va_list more;                            \
        va_start(more, flags);                   \
        mode = (mode_t)va_arg(more, unsigned);   \
        va_end(more);                            \
    }

int open(const char *path, int flags, ...) { MODE return opened(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(path, flags, mode); }
int creat(const char *path, mode_t mode) { return opened(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int openat(int at, const char *path, int flags, ...) {
    MODE
    return at == AT_FDCWD || path[0] == '/' ? opened(path, flags, mode) : (int)syscall(SYS_openat, at, path, flags, mode);
}

int close(int fd) {
    if (kind(fd) == NOTHING)
        return (int)syscall(SYS_close, fd);
    pthread_mutex_lock(&lock);
    tracked[fd] = NOTHING;
    int result = (int)syscall(SYS_close, fd);
    pthread_mutex_unlock(&lock);
    return result;
}

// Several pieces at one place of a file; less may have been written than was asked.
static void pieces(int fd, const struct iovec *parts, int count, int64_t at, ssize_t written) {
    for (int i = 0; i < count && written > 0; i++) {
        size_t part = parts[i].iov_len < (size_t)written ? parts[i].iov_len : (size_t)written;
        record(WRITE, inode(fd), at, NULL, NULL, parts[i].iov_base, part);
        at += (int64_t)part;
        written -= (ssize_t)part;
    }
}

static ssize_t put_at(int fd, const struct iovec *parts, int count, int64_t at) {
    pthread_mutex_lock(&lock);
    ssize_t written = at >= 0 ? syscall(SYS_pwritev, fd, parts, count, (long)at, 0L) : put(fd, parts, count);
    int error = errno;
    if (written > 0) {
        int64_t from = at >= 0 ? at : (int64_t)syscall(SYS_lseek, fd, 0L, SEEK_CUR) - written;
        pieces(fd, parts, count, from, written);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return written;
}

ssize_t write(int fd, const void *data, size_t length) {
    if (kind(fd) != A_FILE)
        return syscall(SYS_write, fd, data, length);
    struct iovec one = {(void *)data, length};
    return put_at(fd, &one, 1, -1);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) {
    if (kind(fd) != A_FILE)
        return syscall(SYS_pwrite64, fd, data, length, at);
    struct iovec one = {(void *)data, length};
    return put_at(fd, &one, 1, at);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return pwrite64(fd, data, length, at); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return kind(fd) == A_FILE ? put_at(fd, parts, count, -1) : put(fd, parts, count);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    return kind(fd) == A_FILE ? put_at(fd, parts, count, at) : syscall(SYS_pwritev, fd, parts, count, (long)at, 0L);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return pwritev64(fd, parts, count, at); }

static int synced(int fd, long call) {
    if (kind(fd) == NOTHING)
        return (int)syscall(call, fd);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(call, fd);
    int error = errno;
    if (result == 0 && kind(fd) == A_FILE)
        record(SYNC, inode(fd), 0, NULL, NULL, NULL, 0);
    if (result == 0 && kind(fd) == A_FOLDER) {
        char link[64], path[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof path - 1);
        path[length > 0 ? length : 0] = 0;
        if (below(path))
            record(SYNC_FOLDER, 0, 0, below(path), NULL, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int ftruncate64(int fd, off64_t length) {
    if (kind(fd) != A_FILE)
        return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, fd, length);
    int error = errno;
    if (result == 0)
        record(TRUNCATE, inode(fd), length, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fallocate64(int fd, int mode, off64_t at, off64_t length) {
    if (kind(fd) != A_FILE)
        return (int)syscall(SYS_fallocate, fd, mode, at, length);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_fallocate, fd, mode, at, length);
    int error = errno;
    if (result == 0 && mode == 0)
        record(ALLOCATE, inode(fd), at + length, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int fallocate(int fd, int mode, off_t at, off_t length) { return fallocate64(fd, mode, at, length); }
int posix_fallocate(int fd, off_t at, off_t length) { return fallocate64(fd, 0, at, length) == 0 ? 0 : errno; }
int posix_fallocate64(int fd, off64_t at, off64_t length) { return posix_fallocate(fd, at, length); }

// A change of a name, performed and recorded as one.
static int named(uint32_t what, long call, const char *path, const char *other) {
    const char *name = below(path), *second = other ? below(other) : NULL;
    if (!name && !second)
        return (int)(other ? syscall(call, AT_FDCWD, path, AT_FDCWD, other, 0) : syscall(call, AT_FDCWD, path, what == REMOVE_FOLDER ? AT_REMOVEDIR : 0));
    pthread_mutex_lock(&lock);
    int result = (int)(other ? syscall(call, AT_FDCWD, path, AT_FDCWD, other, 0) : syscall(call, AT_FDCWD, path, what == REMOVE_FOLDER ? AT_REMOVEDIR : 0));
    int error = errno;
    if (result == 0)
        record(what, 0, 0, name, second, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int rename(const char *path, const char *other) { return named(RENAME, SYS_renameat2, path, other); }
int link(const char *path, const char *other) { return named(LINK, SYS_linkat, path, other); }
int unlink(const char *path) { return named(UNLINK, SYS_unlinkat, path, NULL); }
int rmdir(const char *path) { return named(REMOVE_FOLDER, SYS_unlinkat, path, NULL); }

int mkdir(const char *path, mode_t mode) {
    const char *name = below(path);
    if (!name)
        return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    int error = errno;
    if (result == 0)
        record(MAKE_FOLDER, 0, 0, name, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}
