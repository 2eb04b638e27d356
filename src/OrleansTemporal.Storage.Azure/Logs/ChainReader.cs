using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>Reads and verifies the blobs of a log. Cost: a listing, and a read for each 4 MiB.</summary>
internal sealed class ChainReader(IAppendBlobs blobs, BlobRetry retry)
{
    private const int WindowBytesMin = 4 << 10;
    private const int WindowBytesMax = LogBlock.FullBytes;

    /// <summary>Everything that an agent's log holds.</summary>
    /// <returns>Null when a blob was removed meanwhile, so that the listing was out of date.</returns>
    /// <exception cref="TemporalException">Corrupt, with the place.</exception>
    public async ValueTask<LogChain?> ReadAsync(AgentId agent, CancellationToken cancellationToken)
    {
        var listed = await ListAsync(agent, cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReadAsync(listed, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException corrupt) when (corrupt.Kind == ErrorKind.Corrupt)
        {
            // While it was read a blob may have been removed, and made again by a late call.
            if (HasShrunk(listed, await ListAsync(agent, cancellationToken).ConfigureAwait(false)))
            {
                return null;
            }

            throw;
        }
    }

    /// <summary>Reads what stands behind the known end of a blob, into its chain. False when there is no such blob.</summary>
    /// <param name="chain">What was read before.</param>
    /// <param name="blob">The blob, whose known end moves.</param>
    /// <param name="expectedBytes">About how much is there.</param>
    /// <param name="cancellationToken">Stops between two reads.</param>
    public async ValueTask<bool> ReadOnAsync(LogChain chain, LogBlob blob, long expectedBytes, CancellationToken cancellationToken)
    {
        var window = new byte[Math.Clamp(expectedBytes + 1, WindowBytesMin, WindowBytesMax)];
        while (true)
        {
            BlobPiece piece;
            try
            {
                var wanted = window;
                piece = await retry.RunAsync(token => blobs.ReadAsync(blob.Path, blob.LengthBytes, wanted, token), cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound)
            {
                return false;
            }

            blob.Tag = piece.Tag ?? blob.Tag;
            var needed = Take(chain, blob, window.AsSpan(0, piece.LengthBytes));
            if (needed > window.Length)
            {
                window = new byte[needed];
            }
            else if (piece.LengthBytes < window.Length)
            {
                return needed == 0 ? true : throw StoredBytes.Corrupt(blob.Path, blob.LengthBytes, "a block ends behind the end of the blob");
            }
        }
    }

    private ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(AgentId agent, CancellationToken cancellationToken) =>
        retry.RunAsync(token => blobs.ListAsync(LogPaths.PrefixOf(agent), token), cancellationToken);

    private static bool HasShrunk(IReadOnlyList<ObjectInfo> before, IReadOnlyList<ObjectInfo> now)
    {
        var lengths = now.ToDictionary(static blob => blob.Path, static blob => blob.LengthBytes);
        return before.Any(blob => lengths.GetValueOrDefault(blob.Path, -1) < blob.LengthBytes);
    }

    private async ValueTask<LogChain?> ReadAsync(IReadOnlyList<ObjectInfo> listed, CancellationToken cancellationToken)
    {
        var chain = new LogChain();
        for (var i = 0; i < listed.Count; i++)
        {
            if (!LogPaths.TryParse(listed[i].Path, out var epoch))
            {
                continue;
            }

            var blob = new LogBlob(listed[i].Path, epoch);
            if (!await ReadOnAsync(chain, blob, listed[i].LengthBytes, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            var isNewest = i == listed.Count - 1;
            if (!isNewest && blob.NextEpoch == 0 && !blob.HasRecords)
            {
                // Made again by a call that landed after it had been removed; whoever made it has written no record to it.
                continue;
            }

            if (!isNewest && blob.NextEpoch == 0)
            {
                throw StoredBytes.Corrupt(blob.Path, blob.LengthBytes, "a later epoch exists and this one has no end");
            }

            chain.Blobs.Add(blob);
        }

        return chain;
    }

    /// <summary>Takes the whole blocks at the beginning of some bytes.</summary>
    /// <returns>Bytes that the block behind them needs, as far as can be told; 0 when nothing is left over.</returns>
    private static int Take(LogChain chain, LogBlob blob, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (bytes.Length < BlockHeader.Bytes)
            {
                return BlockHeader.Bytes;
            }

            if (BlockHeader.TryRead(bytes, out var header) is { } problem)
            {
                throw StoredBytes.Corrupt(blob.Path, blob.LengthBytes, problem);
            }

            if (header.LengthBytes > bytes.Length)
            {
                return header.LengthBytes;
            }

            Take(chain, blob, header, bytes[..header.LengthBytes]);
            bytes = bytes[header.LengthBytes..];
        }

        return 0;
    }

    private static void Take(LogChain chain, LogBlob blob, in BlockHeader header, ReadOnlySpan<byte> block)
    {
        var offset = blob.LengthBytes;
        var problem = BlockReader.Verifies(block) ? blob.Add(header, LogBlock.CrcOf(block)) : "a block does not verify";
        if (problem is null && header.Type == BlockType.Records && chain.Extents.Count > 0 && header.FirstSequence != chain.LastSequence + 1)
        {
            problem = $"record {header.FirstSequence} follows {chain.LastSequence}";
        }

        if (problem is not null)
        {
            throw StoredBytes.Corrupt(blob.Path, offset, problem);
        }

        if (header.Type == BlockType.Records)
        {
            chain.Extents.Add(new LogExtent(blob, offset, header.LengthBytes, header.FirstSequence, header.LastSequence));
        }
    }
}
