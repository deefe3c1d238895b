/* For builds that observe the programs. In the sandbox nothing can be written, so a report cannot
 * be written either, and valgrind does not know the system calls of Landlock. */
void __wrap_sandbox_enter(void);

void __wrap_sandbox_enter(void)
{
}
