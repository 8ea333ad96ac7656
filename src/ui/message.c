/* ui/message.c - messages come and go on the line; the last ones stay in the history. */
#include "ui/message.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/text_view.h"

#define SHOWN_AT_LEAST_MS 1500

void messages_free(struct messages *m)
{
	xfree(&m->kept);
	*m = (struct messages){0};
}

static struct message *next_message(struct messages *m)
{
	if (!m->kept)
		m->kept = xcalloc(MESSAGES_KEPT, sizeof(*m->kept));
	return &m->kept[m->n++ % MESSAGES_KEPT];
}

void say(struct console *c, enum message_kind kind, const char *fmt, ...)
{
	struct messages *m = &c->messages;
	struct message *msg = next_message(m);
	va_list args;

	msg->kind = kind;
	msg->at = clock_wall_ms();
	va_start(args, fmt);
	vsnprintf(msg->text, sizeof(msg->text), fmt, args);
	va_end(args);
	m->shown = true;
	m->since_ms = clock_mono_ms();
	log_info("message: %s", msg->text);
}

void say_error(struct console *c, const struct err_info *info)
{
	const char *text = info->text[0] ? info->text : err_meaning(info->code);

	if (info->code == E_INTERRUPTED)
		say(c, MESSAGE_WARN, "%s", text);
	else if (info->hint[0])
		say(c, MESSAGE_BAD, "%s: %s (%s)", err_name(info->code), text, info->hint);
	else
		say(c, MESSAGE_BAD, "%s: %s", err_name(info->code), text);
}

void messages_touch(struct console *c)
{
	if (c->messages.shown && clock_mono_ms() - c->messages.since_ms >= SHOWN_AT_LEAST_MS)
		c->messages.shown = false;
}

const struct message *messages_last(const struct console *c)
{
	const struct messages *m = &c->messages;

	return m->shown && m->n ? &m->kept[(m->n - 1) % MESSAGES_KEPT] : NULL;
}

static void build(struct console *c, struct lines *out, int width, void *data)
{
	static const enum role roles[] = {ROLE_TEXT, ROLE_GOOD, ROLE_WARN, ROLE_BAD};
	const struct messages *m = &c->messages;
	size_t n = m->n < MESSAGES_KEPT ? m->n : MESSAGES_KEPT;

	(void)data;
	for (size_t i = 0; i < n; i++) {
		const struct message *msg = &m->kept[(m->n - 1 - i) % MESSAGES_KEPT];
		char when[64];
		when_local(msg->at, zone_of(c, 0), WHEN_SECONDS | WHEN_TIME_ONLY, when,
			   sizeof(when));
		lines_wrap(out, roles[msg->kind], width, 10, "%-9s %s", when, msg->text);
	}
	if (n == 0)
		lines_add(out, ROLE_DIM, "%s", _("Nothing has been said yet."));
}

void messages_open(struct console *c)
{
	static const struct text_spec spec = {.title = N_("Messages"), .build = build};

	console_push(c, text_view_new(c, &spec, PANE_TEXT, NULL));
}
