/* sandbox: rights that the process gives away for good, by Landlock, so that whoever took it over could do little with
 * it. Nothing that happens later in this process, in its children or its threads brings them back. */
#ifndef SSA_SANDBOX_H
#define SSA_SANDBOX_H

/* From here on no file can be opened for writing, made, renamed, removed or run, no folder listed, and no TCP port
 * of one's choice bound; no process outside can be sent a signal, nor an abstract Unix socket of one be reached.
 * Each as far as the kernel knows it (files: Linux 5.13, ports: 6.7, signals: 6.12); without Landlock nothing happens, and nobody is told.
 * What is open stays as it is. Reading is left to the files' modes, so that data files can be links into another folder,
 * and that folder be replaced. Four system calls. */
void sandbox_enter(void);

#endif
