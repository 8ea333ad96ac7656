/* ui/view_job.h - one job opened, and how a job is told in words. */
#ifndef MASTHEAD_UI_VIEW_JOB_H
#define MASTHEAD_UI_VIEW_JOB_H

#include "base/model.h"
#include "ui/term.h"
#include "ui/view.h"

struct console;
void job_view_open(struct console *c, int64_t id);
void job_why_open(struct console *c, int64_t id);

/* view_jobs.c */
enum role job_role(const struct job *j);
void job_status_text(const struct job *j, char *out, size_t size); /* glyph and word */
int64_t job_time(const struct job *j);
void job_selection(const struct job *j, struct selection *s);

#endif
