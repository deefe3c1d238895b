/* sandbox: the process gives up rights for good, by Landlock, so that an attacker who takes it over
 * can do little with it. Nothing that happens later in this process, in its children or in its
 * threads brings these rights back. */
#ifndef SSA_SANDBOX_H
#define SSA_SANDBOX_H

/* After this call the process cannot open a file for writing, cannot make, rename, remove or run
 * one, and cannot list a folder. It cannot bind a TCP port of its choice. It cannot send a signal
 * to a process outside, and cannot reach the abstract Unix socket of one.
 *
 * Each of these rules needs a kernel that knows it (files: Linux 5.13, ports: 6.7, signals: 6.12).
 * Without Landlock nothing happens, and nobody is told. Open files and sockets stay as they are.
 * Reading is left to the modes of the files, so that data files can be links into another folder,
 * and that folder can be replaced. This takes four system calls. */
void sandbox_enter(void);

#endif
