namespace OrleansTemporal.Storage.Journal;

/// <summary>The four bytes that a frame starts with, read little-endian.</summary>
internal enum FrameType : uint
{
    /// <summary><c>OTJb</c>: begins a group; sequence = group number, time = clock ceiling.</summary>
    Begin = 'O' | 'T' << 8 | 'J' << 16 | 'b' << 24,

    /// <summary><c>OTJe</c>: ends a group; sequence = group number, time = clock ceiling.</summary>
    End = 'O' | 'T' << 8 | 'J' << 16 | 'e' << 24,

    /// <summary><c>OTJr</c>: a record of the agent with this ordinal.</summary>
    Record = 'O' | 'T' << 8 | 'J' << 16 | 'r' << 24,

    /// <summary><c>OTJa</c>: says which agent an ordinal means in this file; the body is the text of the id.</summary>
    Agent = 'O' | 'T' << 8 | 'J' << 16 | 'a' << 24,

    /// <summary><c>OTJd</c>: forgets everything of the agent that stands before.</summary>
    Drop = 'O' | 'T' << 8 | 'J' << 16 | 'd' << 24,

    /// <summary><c>OTJs</c>: the process stopped as it should; nothing was in flight.</summary>
    Stop = 'O' | 'T' << 8 | 'J' << 16 | 's' << 24,
}
