/* ui/compose.h - from the editor through the preview to the queue. */
#ifndef MASTHEAD_UI_COMPOSE_H
#define MASTHEAD_UI_COMPOSE_H

#include "ops/ops.h"
#include "ui/post_file.h"
#include "ui/text_view.h"

struct console;
/* One post that is being written. Owned by its preview; a task holds its own copy of the bytes. */
struct compose {
	struct post_file file;
	struct strbuf bytes;  /* the file as last read */
	char *template_bytes; /* as it was given to the editor */
	struct arena *arena;  /* of the draft */
	struct draft draft;
	bool parsed;
	struct err_info trouble; /* why it could not be parsed */
	struct publish_report report;
	bool scale;              /* asked for in the preview, for this text */
	bool known;              /* report is of this text */
	struct err_info refused; /* why it could not be checked */
	int64_t editing;         /* the job that is changed; 0: a new post */
	int64_t brand_id;        /* for the zone of typed times; 0: not known */
	unsigned generation;     /* of the text: older answers are dropped */
};
void compose_free(struct compose *p);
/* The preview: compose_preview.c */
void preview_open(struct console *c, struct compose *p); /* takes p */
struct compose *preview_compose(struct console *c);      /* of the preview that is open; NULL */
void preview_changed(struct console *c);                 /* build it again */
void preview_close(struct console *c);
/* compose_task.c */
void compose_rehearse(struct console *c, struct compose *p);
enum compose_how { COMPOSE_PUBLISH, COMPOSE_DRAFT };
/* at NULL: as the file says. */
void compose_accept(struct console *c, struct compose *p, enum compose_how how, const char *at,
		    bool allow_duplicate);
/* compose.c */
void compose_edit(struct console *c, struct compose *p); /* the editor again */

#endif
