/* bench/rig.h - a workspace to measure on, and the clock. Any failure ends the program. */
#ifndef MASTHEAD_BENCH_RIG_H
#define MASTHEAD_BENCH_RIG_H

#include "store/connections.h"
#include "store/jobs.h"
#include "store/posts.h"
#include "store/tenants.h"

struct rig {
	struct err_info info;
	struct workspace *w;
	struct store *tenant, *service;
	int64_t brand, connection;
};
#define must(rig, call) rig_must(rig, call, #call)
void rig_must(struct rig *r, enum err e, const char *call);
/* Makes or opens the workspace DIR with its keys in KEYS, one brand and one account. */
void rig_open(struct rig *r, const char *dir, const char *keys);
void rig_close(struct rig *r);
/* [tx] A post and its job; the job's number. */
int64_t rig_job(struct rig *r, enum job_status status, int64_t at);
double rig_now_ms(void);
/* Sorts and prints "NAME p50 X ms p99 Y ms". */
void rig_print(const char *name, double *ms, size_t n);

#endif
