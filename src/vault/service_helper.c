/* vault/service_helper.c - the program masthead-secret-service: one question to the desktop's secret service.
 *
 * The one file that knows libsecret, and no part of the vault's archive. Secrets stay in memory that libsecret
 * locks, or in the one locked buffer here; nothing is printed but what service_helper.h says. */
#include <errno.h>
#include <libsecret/secret.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vault/service_helper.h"

#define APPLICATION "masthead"
#define LOCKED_ERROR "org.freedesktop.Secret.Error.IsLocked"

static const SecretSchema schema = {
	.name = "masthead.vault",
	/* Keyrings that are locked may find an entry by its other attributes alone. */
	.flags = SECRET_SCHEMA_DONT_MATCH_NAME,
	.attributes =
		{
			{"application", SECRET_SCHEMA_ATTRIBUTE_STRING},
			{"workspace", SECRET_SCHEMA_ATTRIBUTE_STRING},
			{"entry", SECRET_SCHEMA_ATTRIBUTE_STRING},
		},
};

static gboolean print(const char *text)
{
	size_t n = strlen(text);

	while (n > 0) {
		ssize_t k = write(STDOUT_FILENO, text, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return FALSE;
		text += k;
		n -= (size_t)k;
	}
	return TRUE;
}

/* Says what went wrong and tells how to end. Takes error. */
static int failed(GError *error)
{
	char *remote = g_dbus_error_get_remote_error(error);
	int end = SERVICE_REFUSED;

	if (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED) ||
	    g_strcmp0(remote, LOCKED_ERROR) == 0)
		end = SERVICE_LOCKED;
	g_dbus_error_strip_remote_error(error);
	print(error->message);
	g_free(remote);
	g_error_free(error);
	return end;
}

/* Why nothing was found: it may be in a keyring that is locked and that nobody unlocked. */
static int nothing_found(SecretService *service)
{
	SecretCollection *keyring = secret_collection_for_alias_sync(
		service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, NULL, NULL);
	int end = keyring && secret_collection_get_locked(keyring) ? SERVICE_LOCKED
								   : SERVICE_ABSENT;

	if (keyring)
		g_object_unref(keyring);
	return end;
}

static int lookup(SecretService *service, GHashTable *attributes)
{
	GError *error = NULL;
	char *secret = secret_password_lookupv_nonpageable_sync(&schema, attributes, NULL, &error);
	int end = SERVICE_DONE;

	if (error)
		return failed(error);
	if (!secret)
		return nothing_found(service);
	if (!print(secret))
		end = SERVICE_REFUSED;
	secret_password_free(secret);
	return end;
}

static char room[SERVICE_SECRET_BYTES_MAX + 1];

static int store(const char *uuid, GHashTable *attributes)
{
	char *label = g_strdup_printf("Masthead: key of the workspace %s", uuid);
	GError *error = NULL;
	size_t n = 0;
	ssize_t k = 1;
	int end = SERVICE_DONE;

	mlock(room, sizeof(room));
	while (n < SERVICE_SECRET_BYTES_MAX && k != 0) {
		k = read(STDIN_FILENO, room + n, SERVICE_SECRET_BYTES_MAX - n);
		if (k > 0)
			n += (size_t)k;
		else if (k < 0 && errno != EINTR)
			break;
	}
	if (k != 0 || n == 0)
		end = SERVICE_USAGE;
	else if (!secret_password_storev_sync(&schema, attributes, SECRET_COLLECTION_DEFAULT, label,
					      room, NULL, &error))
		end = error ? failed(error) : SERVICE_REFUSED;
	explicit_bzero(room, sizeof(room));
	g_free(label);
	return end;
}

static int forget(SecretService *service, GHashTable *attributes)
{
	GError *error = NULL;

	if (secret_password_clearv_sync(&schema, attributes, NULL, &error))
		return SERVICE_DONE;
	if (error)
		return failed(error);
	return nothing_found(service) == SERVICE_LOCKED ? SERVICE_LOCKED : SERVICE_DONE;
}

/* One that is not there yet is made with the first entry. */
static int ready(SecretService *service)
{
	SecretCollection *keyring = secret_collection_for_alias_sync(
		service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, NULL, NULL);
	GList one = {.data = keyring};
	int end = SERVICE_DONE;

	if (!keyring)
		return end;
	if (secret_collection_get_locked(keyring) &&
	    secret_service_unlock_sync(service, &one, NULL, NULL, NULL) < 1)
		end = SERVICE_LOCKED;
	g_object_unref(keyring);
	return end;
}

static int answer(SecretService *service, char *argv[])
{
	GHashTable *attributes = secret_attributes_build(
		&schema, "application", APPLICATION, "workspace", argv[2], "entry", argv[3], NULL);
	int end = SERVICE_USAGE;

	if (strcmp(argv[1], SERVICE_LOOKUP) == 0)
		end = lookup(service, attributes);
	else if (strcmp(argv[1], SERVICE_STORE) == 0)
		end = store(argv[2], attributes);
	else if (strcmp(argv[1], SERVICE_READY) == 0)
		end = ready(service);
	else if (strcmp(argv[1], SERVICE_FORGET) == 0)
		end = forget(service, attributes);
	g_hash_table_unref(attributes);
	return end;
}

int main(int argc, char *argv[])
{
	struct rlimit none = {0, 0};
	SecretService *service;
	GError *error = NULL;
	int end;

	if (argc != 4 || setrlimit(RLIMIT_CORE, &none) != 0)
		return SERVICE_USAGE;
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	service = secret_service_get_sync(SECRET_SERVICE_OPEN_SESSION, NULL, &error);
	if (!service) {
		if (error)
			failed(error);
		return SERVICE_UNREACHABLE;
	}
	end = answer(service, argv);
	g_object_unref(service);
	secret_service_disconnect();
	return end;
}
