using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Azure.Blobs;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>
/// Makes the blob of an epoch, whose maker owns the agent. A call that lands late can make a blob again after an owner had
/// it, went on and removed it. Blobs are removed oldest first, so while the one before stands, the new one was never there.
/// </summary>
internal sealed class BlobMaker(IAppendBlobs blobs, BlobRetry retry, BlockAppender appender)
{
    /// <summary>Makes a blob and writes its first block. Three calls.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="before">The blob whose fence names the epoch; null for the first of all.</param>
    /// <param name="claim">Made for this blob alone.</param>
    /// <param name="nextSequence">Of the record that comes next.</param>
    /// <param name="giveUpAfter">When to leave the outcome unknown.</param>
    /// <param name="cancellationToken">Leaves the outcome unknown.</param>
    /// <returns>The blob; null when somebody else has made it, or may have had it.</returns>
    public async ValueTask<LogBlob?> MakeAsync(
        AgentId agent, LogBlob? before, UInt128 claim, long nextSequence, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        var epoch = before?.NextEpoch ?? 1;
        var blob = new LogBlob(LogPaths.Of(agent, epoch), epoch)
        {
            Tag = await appender.CreateAsync(LogPaths.Of(agent, epoch), claim, giveUpAfter, cancellationToken).ConfigureAwait(false),
        };

        // Only a look that is sent after the blob was seen says anything.
        if (blob.Tag is null || (before is not null && !await StandsAsync(before, cancellationToken).ConfigureAwait(false)))
        {
            return null;
        }

        var block = LogBlock.Mark(blob.Next(BlockType.Begin, nextSequence, claim));
        var begun = await appender.AppendAsync(blob.Path, 0, blob.Tag, block, giveUpAfter, cancellationToken).ConfigureAwait(false);
        if (begun.Outcome != BlockOutcome.Applied
            || BlockHeader.TryRead(block.Span, out var header) is not null
            || blob.Add(header, LogBlock.CrcOf(block.Span)) is not null)
        {
            return null;
        }

        blob.Tag = begun.Tag;
        return blob;
    }

    /// <summary>Whether a blob is still the one that is known, with nothing behind its known end.</summary>
    public async ValueTask<bool> StandsAsync(LogBlob blob, CancellationToken cancellationToken) =>
        blob.Is(await retry.RunAsync(token => blobs.HeadAsync(blob.Path, token), cancellationToken).ConfigureAwait(false));
}
