/* ui/console.h - the state of the screen thread, shared by the files of this layer and by nobody else.
 *
 * The four panes are always there; over them stands a stack of full-screen views (an opened
 * job, help, ...), of which the topmost is shown. Typed input (a prompt, a question) takes
 * the message line and all keys while it lasts. */
#ifndef MASTHEAD_UI_CONSOLE_H
#define MASTHEAD_UI_CONSOLE_H

#include "base/clock.h"
#include "base/when.h"
#include "ops/ops.h"
#include "ui/confirm.h"
#include "ui/draw.h"
#include "ui/keys.h"
#include "ui/message.h"
#include "ui/prompt.h"
#include "ui/status.h"
#include "ui/ui.h"
#include "ui/view.h"
#include "ui/win.h"
#include "ui/worker.h"

#define STACK_MAX 8
#define NAME_BYTES 300 /* 64 graphemes may be long; the rest is cut */

enum { P_BRANDS, P_CONNECTIONS, P_JOBS, P_LOG };

struct scope {
	int64_t brand_id, connection_id; /* 0: all */
	char brand[NAME_BYTES];
	char connection[NAME_BYTES * 2]; /* "bluesky/alice.test" */
};

struct console {
	struct app *app;
	struct ops *ops; /* the screen's: reads only */
	const struct ui_options *options;
	bool readonly;
	struct worker *worker;
	struct keymap *keys;
	struct layout layout;
	struct layout_sizes sizes; /* as drawn with the mouse */
	enum drag { DRAG_NONE, DRAG_BAND, DRAG_LOG, DRAG_LEFT } drag;
	struct view *panes[PANES];
	struct view *stack[STACK_MAX];
	size_t depth;
	int focus;
	int64_t undo_ms; /* the window of new jobs */
	bool zoomed, frozen, mouse;
	struct scope scope;
	unsigned scope_generation; /* the panes read again when it moves */
	struct page brands;        /* all of the tenant: names, zones, colours */
	struct status_line status;
	struct messages messages;
	struct prompt prompt;
	struct confirm confirm;
	bool on_marks; /* `;' was pressed: the next command takes the marks */
	uint32_t last_key;
	char repeat_command[64], repeat_args[LINE_BYTES];
	unsigned change_number; /* of changes read so far */
	bool changed;           /* something in the workspace has: read again */
	bool beat;              /* the publisher may have: read the status again */
	int64_t next_read_ms;   /* monotonic; not before */
	bool quit, wait_for_flight;
	bool touched;           /* the operator has pressed a key */
	bool publishes;         /* this process does, or waits for its turn */
	int64_t started_ms;     /* monotonic */
	bool triage_done;       /* the launch's triage was shown, or there is nothing to show */
	char left_behind[1024]; /* a post file that was kept; said after the end */
};

/* ui.c */
void console_layout(struct console *c); /* after a resize, zoom or change of focus */
void console_push(struct console *c,
		  struct view *v); /* takes v; when the stack is full, v is freed */
void console_pop(struct console *c);
struct view *console_view(struct console *c); /* the one that has the keys */
void console_remove(struct console *c,
		    unsigned pane);       /* the view of that pane, wherever it is in the stack */
void console_stale(struct console *c);    /* everything is to be read again */
void console_dirty(struct console *c);    /* everything is to be painted */
void console_changed(struct console *c);  /* after an own change: read at once */
void console_quit(struct console *c);     /* asks where it must */
void console_settings(struct console *c); /* takes what the configuration says of the screen */

/* dispatch.c */
void command_key(struct console *c, uint32_t key);
void command_run(struct console *c, const struct command *cmd, const char *args);
void command_line(struct console *c, const char *line); /* what was typed after ':' */
typedef void command_fn(struct console *c, const char *args);
struct command_row {
	const char *name;
	command_fn *run;
};
extern const struct command_row commands_screen[], commands_jobs[], commands_accounts[],
	commands_post[];
/* What the command is to work on: numbers in args, the marks after `;', or the cursor's. Says why not. */
bool command_select(struct console *c, enum selection_kind kind, const char *args,
		    struct selection *s);

/* act_jobs.c: asks for a TIME in the brand's zone; data is taken. */
void prompt_for_time(struct console *c, int64_t brand_id,
		     void (*accept)(struct console *, void *, const char *), void (*drop)(void *),
		     void *data);

/* brands.c */
const struct brand *brand_of(const struct console *c, int64_t id); /* NULL: not known */
const char *zone_of(const struct console *c,
		    int64_t brand_id); /* 0: the scope's, else the machine's */
void brands_read(struct console *c);

#endif
