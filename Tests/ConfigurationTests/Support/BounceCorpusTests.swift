/// Namesake of the suite in MailTests: how it takes replies out of the corpus is a link to the same file.
enum BounceCorpusTests {}
