using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Azure.Blobs;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>
/// How a process becomes the owner of an agent: it ends the newest blob by a fence at the tail that it has read, so that
/// nothing of an earlier owner can stand behind it, then makes the next epoch's blob if there is none. Whoever made that
/// blob is the owner. Then it waits until no earlier owner answers any more.
/// </summary>
internal sealed class LogTakeover(IAppendBlobs blobs, BlobRetry retry, TimeProvider time, AzureLogOptions options)
{
    // Each round is another owner who was quicker.
    private const int RoundsMax = 100;
    private const int FenceAttemptsMax = 1_000;

    private readonly ChainReader reader = new(blobs, retry);
    private readonly BlockAppender appender = new(blobs, retry, time);

    /// <summary>Takes an agent over.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="claim">Made for this takeover alone.</param>
    /// <param name="ownEpoch">The epoch that this process held and has given up, or 0.</param>
    /// <param name="cancellationToken">Leaves the agent without an owner, or to the one that it has.</param>
    /// <returns>The log, whose newest blob is the caller's and has no record.</returns>
    /// <exception cref="Errors.TemporalException">Corrupt; Unavailable when the service does not answer; Fenced when others are quicker for ever.</exception>
    public async ValueTask<LogChain> TakeAsync(AgentId agent, UInt128 claim, ulong ownEpoch, CancellationToken cancellationToken)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            if (await reader.ReadAsync(agent, cancellationToken).ConfigureAwait(false) is not { } chain)
            {
                continue;
            }

            if (chain.Tail is not { } tail)
            {
                if (await MakeAsync(chain, agent, 1, claim, cancellationToken).ConfigureAwait(false))
                {
                    return chain;
                }

                continue;
            }

            if (!await FenceAsync(chain, tail, claim, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            var fencedAt = time.GetTimestamp();
            var isQuiet = tail.IsReleased || tail.Epoch == ownEpoch;
            if (await MakeAsync(chain, agent, tail.NextEpoch, claim, cancellationToken).ConfigureAwait(false))
            {
                await OutliveAsync(isQuiet, fencedAt, cancellationToken).ConfigureAwait(false);
                return chain;
            }
        }

        throw LogErrors.Fenced(agent);
    }

    // False when the blob is gone.
    private async ValueTask<bool> FenceAsync(LogChain chain, LogBlob tail, UInt128 claim, CancellationToken cancellationToken)
    {
        for (var attempt = 0; tail.NextEpoch == 0 && attempt < FenceAttemptsMax; attempt++)
        {
            var fence = LogBlock.Mark(tail.Next(BlockType.Fence, chain.LastSequence + 1, claim, tail.Epoch + 1));
            var outcome = await appender.AppendAsync(tail.Path, tail.LengthBytes, fence, options.GiveUpAfter, cancellationToken).ConfigureAwait(false);

            // Whatever stands there now, the fence or what another has written, is read like anything else.
            if (outcome == BlockOutcome.Gone || !await reader.ReadOnAsync(chain, tail, fence.Length, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return tail.NextEpoch != 0;
    }

    private async ValueTask<bool> MakeAsync(LogChain chain, AgentId agent, ulong epoch, UInt128 claim, CancellationToken cancellationToken)
    {
        var blob = new LogBlob(LogPaths.Of(agent, epoch), epoch);
        if (!await appender.CreateAsync(blob.Path, claim, options.GiveUpAfter, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        // Whoever is the owner claims the manifest next, which says that no later epoch has removed this blob meanwhile.
        if (!await BeginAsync(appender, blob, claim, chain.LastSequence + 1, options.GiveUpAfter, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        chain.Blobs.Add(blob);
        return true;
    }

    /// <summary>Writes the first block of a blob that the caller has made. False when somebody else was there before.</summary>
    public static async ValueTask<bool> BeginAsync(
        BlockAppender appender, LogBlob blob, UInt128 claim, long nextSequence, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        var block = LogBlock.Mark(blob.Next(BlockType.Begin, nextSequence, claim));
        return await appender.AppendAsync(blob.Path, 0, block, giveUpAfter, cancellationToken).ConfigureAwait(false) == BlockOutcome.Applied
            && BlockHeader.TryRead(block.Span, out var header) is null
            && blob.Add(header, LogBlock.CrcOf(block.Span)) is null;
    }

    // An earlier owner that was paused before it could see the fence answers from its memory as long as its lease lasts.
    private async ValueTask OutliveAsync(bool isQuiet, long fencedAt, CancellationToken cancellationToken)
    {
        var left = options.OwnerLease + (2 * HybridClock.MaxClockOffset) - time.GetElapsedTime(fencedAt);
        if (!isQuiet && left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
