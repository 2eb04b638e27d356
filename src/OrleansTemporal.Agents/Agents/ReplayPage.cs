using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents;

/// <summary>Records on their way into the state: read, then parsed and hashed piece by piece, then folded. Filled again and again.</summary>
internal sealed class ReplayPage
{
    // Small enough that no processor waits long for another's last piece, large enough that taking one costs nothing.
    private const int PieceRecords = 64;

    private LogPage page = new([], false);
    private DeltaRecord[] deltas = [];
    private Distinction[] actions = [];

    public int Count => page.Records.Count;

    public bool HasMore => page.HasMore;

    public ReadOnlySpan<DeltaRecord> Deltas => deltas.AsSpan(0, Count);

    /// <summary>The hash of each delta's header.</summary>
    public ReadOnlySpan<Distinction> Actions => actions.AsSpan(0, Count);

    /// <summary>Pieces that nobody has begun to verify, and such as are not done. Under the pipeline's lock.</summary>
    public int PiecesWaiting { get; set; }

    /// <inheritdoc cref="PiecesWaiting"/>
    public int PiecesUndone { get; set; }

    public async ValueTask LoadAsync(ValueTask<LogPage> reading)
    {
        page = await reading.ConfigureAwait(false);
        PiecesWaiting = PiecesUndone = (Count + PieceRecords - 1) / PieceRecords;
        if (deltas.Length < Count)
        {
            deltas = new DeltaRecord[Count];
            actions = new Distinction[Count];
        }
    }

    /// <summary>Parses and hashes one piece, beside others.</summary>
    /// <returns>The first delta whose payload is not the one that its header commits to, or null.</returns>
    /// <exception cref="Errors.TemporalException">Corrupt: bytes are no record.</exception>
    public DeltaRecord? Verify(int piece)
    {
        var first = piece * PieceRecords;
        var count = 0;
        foreach (var record in PieceOf(piece))
        {
            deltas[first + count++] = DeltaRecord.Read(record);
        }

        var verified = deltas.AsSpan(first, count);
        DeltaRecord.HashActions(verified, actions.AsSpan(first, count));
        return DeltaRecord.FindUncommitted(verified) is var at and >= 0 ? verified[at] : null;
    }

    /// <summary>The records of one piece.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> PieceOf(int piece) => page.Records.Skip(piece * PieceRecords).Take(PieceRecords);

    /// <summary>Gives the memory of the records back.</summary>
    public void Clear()
    {
        page.Return();
        page = new([], false);
    }
}
