import Glibc

enum Terminal {
    /// What was printed is seen now, also through a pipe.
    static func flush() { fflush(nil) }
}
