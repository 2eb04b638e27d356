using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>
/// One small blob that names the newest moment that any process has answered for, raised before the answer. Whoever takes
/// an agent over reads it, so that no delta of theirs is stamped at or before what was answered. Thread-safe.
/// </summary>
internal sealed class ClockCeiling(IObjectStore objects, IWorkScheduler scheduler, TimeSpan slack)
{
    public const string Path = "clock";

    private const uint Magic = 'O' | 'T' << 8 | 'C' << 16 | 'L' << 24;
    private const ushort FormatVersion = 1;
    private const int LengthBytes = 20;
    private const int AttemptsMax = 100;

    private readonly TurnGate raising = new(scheduler);
    private ulong known;
    private string? tag;

    /// <summary>Reads what stands.</summary>
    public async ValueTask<HybridTimestamp> ReadAsync(CancellationToken cancellationToken)
    {
        await raising.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
            return new(known);
        }
        finally
        {
            raising.Exit();
        }
    }

    /// <summary>Completes when the blob names this instant or a later one. Free while it is known to.</summary>
    public ValueTask RaiseAsync(HybridTimestamp instant, CancellationToken cancellationToken) =>
        instant.Value <= Volatile.Read(ref known) ? ValueTask.CompletedTask : RaiseSlowlyAsync(instant, cancellationToken);

    private async ValueTask RaiseSlowlyAsync(HybridTimestamp instant, CancellationToken cancellationToken)
    {
        await raising.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var ahead = (ulong)slack.TotalMilliseconds << HybridTimestamp.CounterBits;
            var goal = instant.Value > ulong.MaxValue - ahead ? ulong.MaxValue : instant.Value + ahead;
            for (var attempt = 0; instant.Value > known; attempt++)
            {
                if (attempt == AttemptsMax)
                {
                    throw StoredBytes.Failed(Path, "raise", null);
                }

                if (await objects.PutIfMatchAsync(Path, Encode(goal), tag, cancellationToken).ConfigureAwait(false) is { } raised)
                {
                    tag = raised;
                    Volatile.Write(ref known, goal);
                    return;
                }

                await LoadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            raising.Exit();
        }
    }

    private async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await objects.GetAsync(Path, cancellationToken).ConfigureAwait(false);
        tag = stored?.Tag;
        if (stored is not null)
        {
            // Another process may have raised it further; nobody ever lowers it.
            Volatile.Write(ref known, Math.Max(known, Decode(stored.Content.Span)));
        }
    }

    private static byte[] Encode(ulong ceiling)
    {
        var bytes = new byte[LengthBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), FormatVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), ceiling);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Crc32C.Compute(bytes.AsSpan(0, 16)));
        return bytes;
    }

    private static ulong Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != LengthBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]) != Crc32C.Compute(bytes[..16]))
        {
            throw StoredBytes.Corrupt(Path, 0, "the clock does not verify");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        return version == FormatVersion ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) : throw StoredBytes.TooNew(Path, version);
    }
}
