namespace OrleansTemporal.Storage.Journal;

/// <summary>Who writes groups.</summary>
public enum JournalDriver
{
    /// <summary>A thread of the journal, and the caller itself when it is alone.</summary>
    Threaded,

    /// <summary>Work posted on the work scheduler: no thread of its own, so a simulation can repeat the run.</summary>
    Scheduled,
}
