/* ops/config.h - the configuration: one table of keys with type, default, range and help.
 *
 * masthead.conf is read with libconfuse; its errors name file and line (E_CONFIG). The same table feeds -o KEY=VALUE,
 * masthead.conf(5)'s test and the console's :set. Threads: read-only after config_load. */
#ifndef MASTHEAD_OPS_CONFIG_H
#define MASTHEAD_OPS_CONFIG_H

#include "base/error.h"

enum config_type {
	CONFIG_TEXT,
	CONFIG_SECONDS,
	CONFIG_MINUTES,
	CONFIG_DURATION,
	CONFIG_INT,
	CONFIG_BOOL,
	CONFIG_CHOICE
};
struct config_key {
	const char *
		name; /* "http.timeout"; "platform.NAME.api_base" and "bind.PANE.KEY" are patterns */
	enum config_type type;
	const char *standard; /* default, as text */
	double min, max;
	const char *choices; /* CONFIG_CHOICE: "a b c" */
	const char *help;    /* msgid */
};
extern const struct config_key config_keys[]; /* ends with name NULL */

struct config;
/* path NULL: CONFIG/masthead.conf, which may be absent; a named file must be there. overrides: "KEY=VALUE" strings. */
enum err config_load(const char *path, const char *const *overrides, size_t n_overrides,
		     struct config **c, struct err_info *info) MUST_USE;
void config_free(struct config **c);
const char *config_text(const struct config *c, const char *key); /* NULL if unset and no default */
int64_t config_ms(const struct config *c, const char *key); /* of SECONDS, MINUTES, DURATION */
int64_t config_int(const struct config *c, const char *key);
bool config_bool(const struct config *c, const char *key);
/* platform.NAME.KEY; NULL if unset. Fits publisher_settings.platform_option. */
const char *config_platform(const void *config, const char *platform, const char *key);
/* The user's key bindings: calls each(self, pane, key, command) for every bind. */
void config_bindings(const struct config *c,
		     void (*each)(void *self, const char *pane, const char *key,
				  const char *command),
		     void *self);

#endif
