/* sandbox: gives up rights for good, by Landlock, so that an attacker who takes the process over
 * can do little. Neither the process nor its children can get these rights back. */
#ifndef SSA_SANDBOX_H
#define SSA_SANDBOX_H

/* After this call the process cannot open a file for writing, make, rename, remove or run one, or
 * list a folder. It cannot bind a TCP port of its choice, signal a process outside, or reach an
 * abstract Unix socket of one. What is open stays open. File modes alone decide what can be read,
 * because a data file may be a link into a folder that is replaced.
 *
 * A kernel that does not know a rule leaves it out (files: Linux 5.13, ports: 6.7, signals: 6.12),
 * and nobody is told. Four system calls. */
void sandbox_enter(void);

#endif
