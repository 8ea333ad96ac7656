/* sandbox/cid.h - content identifiers, version 1, SHA-256, in base 32. Internal to sandbox/. */
#ifndef MASTHEAD_SANDBOX_CID_H
#define MASTHEAD_SANDBOX_CID_H

#include "base/compiler.h"
#include "vault/hash.h"

enum cid_codec { CID_RAW = 0x55, CID_DAG_CBOR = 0x71 };

#define CID_SIZE 60 /* "b", 58 letters, NUL */
void cid_of(enum cid_codec codec, const unsigned char digest[HASH_BYTES], char out[CID_SIZE]);

#endif
