import Foundation

// A reader that goes away shows as an error of `write`, not as the death of the process.
signal(SIGPIPE, SIG_IGN)
exit(Program.run(Array(CommandLine.arguments.dropFirst()), in: .ofProcess()))
