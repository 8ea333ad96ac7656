/* ui/keys.c - names of keys, and the keymap. */
#include "ui/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{"Up", K_UP},         {"Down", K_DOWN},     {"Left", K_LEFT}, {"Right", K_RIGHT},
	{"Home", K_HOME},     {"End", K_END},       {"PgUp", K_PGUP}, {"PgDn", K_PGDN},
	{"Insert", K_INSERT}, {"Delete", K_DELETE}, {"Tab", K_TAB},   {"S-Tab", K_BACKTAB},
	{"Enter", K_ENTER},   {"Esc", K_ESC},       {"Space", ' '},   {"Backspace", K_BACKSPACE},
};

uint32_t keys_from_name(const char *name)
{
	size_t n = strlen(name);
	uint32_t cp;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!strcmp(names[i].name, name))
			return names[i].key;
	if (name[0] == '^' && n == 2 && name[1] >= '@' && name[1] <= '_')
		return KEY_CTRL(name[1]);
	if (name[0] == 'F' && n > 1) {
		char *end;
		long f = strtol(name + 1, &end, 10);
		if (*end == '\0' && f >= 1 && f <= 12)
			return K_F0 + (uint32_t)f;
	}
	if (n && text_decode(name, n, &cp) == n && cp > ' ' && cp != 0x7F && cp != 0xFFFD)
		return cp;
	return 0;
}

void keys_name(uint32_t key, char *out, size_t size)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (names[i].key == key) {
			snprintf(out, size, "%s", names[i].name);
			return;
		}
	if (key < ' ')
		snprintf(out, size, "^%c", (char)(key + '@'));
	else if (key > K_F0)
		snprintf(out, size, "F%u", (unsigned)(key - K_F0));
	else if (key < 0x7F)
		snprintf(out, size, "%c", (char)key);
	else
		snprintf(out, size, "U+%04X", (unsigned)key);
}

struct binding {
	uint32_t key;
	unsigned panes;
	const struct command *cmd; /* NULL: the key does nothing there */
};
struct keymap {
	struct binding *items; /* later ones win */
	size_t n;
};

static void add(struct keymap *m, unsigned panes, uint32_t key, const struct command *cmd)
{
	m->items = xrealloc(m->items, m->n + 1, sizeof(*m->items));
	m->items[m->n++] = (struct binding){key, panes, cmd};
}

static void add_defaults(struct keymap *m, const struct command *cmd)
{
	char name[16];

	for (const char *s = cmd->keys; s && *s;) {
		size_t n = strcspn(s, " ");
		snprintf(name, sizeof(name), "%.*s", (int)n, s);
		uint32_t key = keys_from_name(name);
		INVARIANT(key != 0, cmd->name);
		add(m, cmd->panes, key, cmd);
		s += n + strspn(s + n, " ");
	}
}

struct keymap *keymap_new(void)
{
	struct keymap *m = xcalloc(1, sizeof(*m));

	for (const struct command *c = commands; c->name; c++)
		if (c->flags & CMD_CONSOLE)
			add_defaults(m, c);
	return m;
}

void keymap_free(struct keymap **m)
{
	if (*m)
		xfree(&(*m)->items);
	xfree(m);
}

static unsigned pane_bits(const char *pane)
{
	static const struct {
		const char *name;
		unsigned bits;
	} panes[] = {
		{"all", PANE_ALL},
		{"brands", PANE_BRANDS},
		{"connections", PANE_CONNECTIONS},
		{"jobs", PANE_JOBS},
		{"log", PANE_LOG},
		{"job", PANE_JOB},
		{"triage", PANE_TRIAGE},
		{"preview", PANE_PREVIEW},
	};

	for (size_t i = 0; i < COUNT_OF(panes); i++)
		if (!strcmp(panes[i].name, pane))
			return panes[i].bits;
	return 0;
}

bool keymap_bind(struct keymap *m, const char *pane, const char *key, const char *command)
{
	unsigned bits = pane_bits(pane);
	uint32_t k = keys_from_name(key);
	const struct command *cmd = NULL;

	if (strcmp(command, "none") != 0) {
		cmd = command_find(command);
		if (!cmd || !(cmd->flags & CMD_CONSOLE))
			return false;
	}
	if (!bits || !k)
		return false;
	add(m, bits, k, cmd);
	return true;
}

const struct command *keymap_find(const struct keymap *m, unsigned pane, uint32_t key)
{
	for (size_t i = m->n; i-- > 0;)
		if (m->items[i].key == key && (m->items[i].panes & pane))
			return m->items[i].cmd;
	return NULL;
}

void keymap_keys(const struct keymap *m, unsigned pane, const struct command *cmd,
		 struct strbuf *out)
{
	char name[16];
	bool first = true;

	for (size_t i = 0; i < m->n; i++) {
		const struct binding *b = &m->items[i];
		if (b->cmd != cmd || !(b->panes & pane) || keymap_find(m, pane, b->key) != cmd)
			continue;
		keys_name(b->key, name, sizeof(name));
		strbuf_printf(out, "%s%s", first ? "" : " ", name);
		first = false;
	}
}

void keymap_key(const struct keymap *m, unsigned pane, const char *command, char *out, size_t size)
{
	const struct command *cmd = command_find(command);

	out[0] = '\0';
	for (size_t i = 0; cmd && i < m->n; i++) {
		const struct binding *b = &m->items[i];
		if (b->cmd == cmd && (b->panes & pane) && keymap_find(m, pane, b->key) == cmd) {
			keys_name(b->key, out, size);
			return;
		}
	}
}

size_t keymap_conflicts(const struct keymap *m, struct strbuf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = i + 1; k < m->n; k++) {
			const struct binding *a = &m->items[i], *b = &m->items[k];
			if (a->key != b->key || !(a->panes & b->panes) || a->cmd == b->cmd)
				continue;
			strbuf_printf(out, "%s/%s ", a->cmd->name, b->cmd->name);
			n++;
		}
	return n;
}
