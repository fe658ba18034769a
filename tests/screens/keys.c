/* SPDX-License-Identifier: MIT */
/* The key tables of all screens: what is the same everywhere, and what no key may do. */
#include "tests/screens/fleet_scene.h"
#include "tui/action.h"
#include "tui/screen.h"

/* These have one meaning, on whatever screen. */
static const char reserved[] = "/sS ?:qhjkl"
			       "gG*uZr12345678a";

static const struct bindings *const common[] = { &bindings_moving, &bindings_listing,
	&bindings_global };

static bool has_key(const struct binding *binding, uint32_t key)
{
	return binding->key == key || (binding->also && binding->also == key);
}

static void reserved_keys_are_never_anything_else(void **state)
{
	(void)state;
	for (int i = 0; i < SCREEN_COUNT_; i++)
		for (size_t j = 0; j < screens[i]->bindings.count; j++) {
			const struct binding *binding = &screens[i]->bindings.items[j];

			for (const char *key = reserved; *key; key++)
				assert_false(has_key(binding, (uint32_t)*key));
			for (uint32_t key = K_UP; key <= K_END; key++)
				assert_false(has_key(binding, key));
			assert_false(has_key(binding, K_TAB));
			assert_false(has_key(binding, K_ESC));
			assert_false(has_key(binding, K_BACK_TAB));
			assert_false(has_key(binding, K_CTRL('C')));
		}
}

static void no_key_means_two_things_on_one_screen(void **state)
{
	(void)state;
	for (int i = 0; i < SCREEN_COUNT_; i++) {
		unsigned char seen[K_F12 - K_UP + 1 + 256] = { 0 };

		for (int t = -1; t < 3; t++) {
			const struct bindings *table = t < 0 ? &screens[i]->bindings : common[t];

			for (size_t j = 0; j < table->count; j++) {
				uint32_t keys[] = { table->items[j].key, table->items[j].also };

				for (int k = 0; k < 2; k++) {
					size_t slot =
						keys[k] >= K_UP ? keys[k] - K_UP + 256 : keys[k];

					if (keys[k])
						assert_int_equal(seen[slot]++, 0);
				}
			}
		}
	}
}

static void every_key_is_told(void **state)
{
	(void)state;
	for (int i = 0; i < SCREEN_COUNT_; i++)
		for (int t = -1; t < 3; t++) {
			const struct bindings *table = t < 0 ? &screens[i]->bindings : common[t];

			for (size_t j = 0; j < table->count; j++) {
				const struct binding *binding = &table->items[j];

				assert_true(
					strlen(binding->help) > 5 && strlen(binding->help) < 70);
				assert_true(
					strlen(binding->name) > 1 && strlen(binding->name) < 17);
				assert_null(strpbrk(binding->name, " ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
				assert_true(binding->action != ACTION_NONE);
			}
		}
}

static void upper_case_acts_and_lower_case_looks(void **state)
{
	(void)state;
	for (int i = 0; i < SCREEN_COUNT_; i++)
		for (size_t j = 0; j < screens[i]->bindings.count; j++) {
			const struct binding *binding = &screens[i]->bindings.items[j];

			assert_int_equal(binding->key >= 'A' && binding->key <= 'Z',
				binding->action == ACTION_REPAIR);
		}
}

/* Requests of a host's job that only look. */
static bool only_looks(const char *requests)
{
	static const char *const looks[] = { "follow\t", "journal\t", "jobs\n", "copies\t" };

	for (const char *line = requests; *line; line = strchr(line, '\n') + 1) {
		bool known = false;

		for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++)
			known |= strncmp(line, looks[i], strlen(looks[i])) == 0;
		if (!known)
			return false;
	}
	return true;
}

/* What may leave the app without a person having confirmed anything: nothing of it changes a
 * host. */
static bool harmless(const struct command *command)
{
	switch (command->kind) {
	case COMMAND_QUIT:
	case COMMAND_SUSPEND:
	case COMMAND_REDRAW:
	case COMMAND_RECONNECT:
	case COMMAND_STORES:
	case COMMAND_NAMES:
	case COMMAND_DOCTOR:
	case COMMAND_CHECK:
	case COMMAND_LEDGER_GET:
	case COMMAND_LEDGER_MERGE:
		return true;
	case COMMAND_ANSWER:
	case COMMAND_PREPARE:
	case COMMAND_LEDGER_ADD:
		return false;
	case COMMAND_JOB:
		return only_looks(command->text);
	}
	return false;
}

static void press(struct scene *scene, uint32_t key)
{
	struct message *message = message_new(MESSAGE_KEY, 0);

	message->key = key;
	scene_send(scene, message);
	vec_each(&scene->commands, command)
		assert_true(harmless(command));
	scene_forget(scene);
}

/* Every key, then every key twice, on every screen. */
static void no_command_without_confirmation(void **state)
{
	static const char *const ways[] = { "1", "2", "5", "7", "1<Enter>", "2<Enter>", "7<Enter>",
		"1?", "1:", "1/", "2/", "2R", "2<Enter>R" };
	struct scene *scene = *state;

	for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++)
		for (uint32_t key = 1; key < 127 + (K_F12 - K_UP) + 1; key++)
			for (int twice = 1; twice <= 2; twice++) {
				uint32_t pressed = key < 128 ? key : K_UP + key - 128;

				drive(scene, "<Esc><Esc><Esc><Esc>");
				drive(scene, ways[way]);
				scene_forget(scene);
				for (int i = 0; i < twice; i++)
					press(scene, pressed);
			}
}

/* Keys, data and sizes at random: never a crash, never a command that nobody confirmed. */
static void any_keys_in_any_order(void **state)
{
	struct scene *scene = *state;
	unsigned random = 12345;

	for (int i = 0; i < 6000; i++) {
		random = random * 1103515245 + 12345;
		switch (random >> 16 & 15) {
		case 0:
			scene_size(
				scene, 1 + (int)(random >> 20) % 50, 1 + (int)(random >> 8) % 140);
			break;
		case 1:
			scene_tick(scene, 700);
			break;
		case 2:
			fleet_load(scene, "mail03", (double)(random % 100));
			break;
		case 3:
			scene_link(scene, "mail07",
				(enum link_state)((random >> 20) % (LINK_CLOSED + 1)), "because",
				900);
			break;
		default:
			press(scene, (random >> 20) % 4 ? 1 + (random >> 4) % 126
							: K_UP + (random >> 4) % 22);
		}
		if (i % 50 == 0) {
			struct str dump = { 0 };

			scene_dump(scene, &dump);
			str_release(&dump);
		}
		scene_forget(scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reserved_keys_are_never_anything_else),
		cmocka_unit_test(no_key_means_two_things_on_one_screen),
		cmocka_unit_test(every_key_is_told),
		cmocka_unit_test(upper_case_acts_and_lower_case_looks),
		cmocka_unit_test_setup_teardown(
			no_command_without_confirmation, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(any_keys_in_any_order, fleet_start, fleet_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
