using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Signals;

/// <summary>
/// What is hot of one signal of one entity, in one cache line: up to three running scores as of the newest event, the counter
/// of all time, the sum of all weights, and where its rings are. The rings are not there while all events fall into the
/// minute of the newest one, since the counter then says what they would.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = LengthBytes)]
internal struct SignalState
{
    /// <summary>One cache line.</summary>
    public const int LengthBytes = 64;

    /// <summary>No state follows.</summary>
    public const int None = -1;

    private Scores scores;

    /// <summary>Nanoseconds of the newest event; meaningless without events.</summary>
    public long Newest;

    /// <summary>Events of all time.</summary>
    public ulong Count;

    /// <summary>Sum of their weights.</summary>
    public double Sum;

    /// <summary>The next state of the same entity, by type ascending; <see cref="None"/> behind the last.</summary>
    public int Next;

    /// <summary>Place of the minutes; 0 for none.</summary>
    public int Minutes;

    /// <summary>Place of the hours; 0 for none.</summary>
    public int Hours;

    /// <summary>Number of minutes that have a bucket.</summary>
    public byte MinuteCount;

    /// <summary>Number of hours that have a bucket.</summary>
    public byte HourCount;

    /// <summary>Number of the signal type.</summary>
    public byte Type;

    /// <summary>What else is known of it.</summary>
    public SignalFlags Flags;

    /// <summary>The score of one half-life at <see cref="Newest"/>.</summary>
    [UnscopedRef]
    public ref double Score(int index) => ref scores[index];

    [InlineArray(Limits.SignalHalfLivesMax)]
    private struct Scores
    {
        private double first;
    }
}
