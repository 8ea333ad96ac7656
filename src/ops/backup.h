/* ops/backup.h - the form of a backup, for writing and reading it.
 *
 *   masthead-backup/manifest.json   first; names all the others with size and SHA-256
 *   masthead-backup/manifest.sha256 its own SHA-256, as sha256sum(1) checks it
 *   masthead-backup/masthead.db     a checked copy of the database
 *   masthead-backup/head            the log's heads outside the database, when there were any
 *   masthead-backup/media/SHA256    every file of the workspace's media
 *
 * No key is in it: whoever gets hold of a backup cannot open the tokens in it. */
#ifndef MASTHEAD_OPS_BACKUP_H
#define MASTHEAD_OPS_BACKUP_H

#include "ops/internal.h"

#define BACKUP_TOP "masthead-backup/"
#define BACKUP_MANIFEST BACKUP_TOP "manifest.json"
#define BACKUP_SUM BACKUP_TOP "manifest.sha256"
#define BACKUP_DB BACKUP_TOP "masthead.db"
#define BACKUP_HEAD BACKUP_TOP "head"
#define BACKUP_MEDIA BACKUP_TOP "media/"
#define BACKUP_FORMAT 1
#define BACKUP_MANIFEST_BYTES_MAX ((size_t)64 << 20)
#define BACKUP_HEAD_BYTES_MAX ((size_t)1 << 20)

/* 64 digits of lower-case hex and nothing else. */
bool backup_is_hash(const char *s);
/* SHA-256 of the first n bytes of fd; E_CORRUPT when there are fewer. */
enum err backup_hash(int fd, int64_t n, char out[65], struct err_info *info) MUST_USE;

#endif
