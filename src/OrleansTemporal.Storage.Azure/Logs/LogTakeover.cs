using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>
/// How a process becomes the owner of an agent: it ends the newest blob by a fence at the tail that it has read, so that
/// nothing of an earlier owner can stand behind it, then makes the next epoch's blob if there is none. Whoever made that
/// blob is the owner. Then it waits until no earlier owner answers any more.
/// </summary>
internal sealed class LogTakeover(ChainReader reader, BlockAppender appender, BlobMaker maker, TimeProvider time, AzureLogOptions options)
{
    // Each round is another owner who was quicker.
    private const int RoundsMax = 100;
    private const int FenceAttemptsMax = 1_000;

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
                if (await MakeAsync(chain, agent, claim, cancellationToken).ConfigureAwait(false))
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
            if (await MakeAsync(chain, agent, claim, cancellationToken).ConfigureAwait(false))
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
            var fenced = await appender.AppendAsync(tail.Path, tail.LengthBytes, tail.Tag, fence, options.GiveUpAfter, cancellationToken).ConfigureAwait(false);

            // Whatever stands there now, the fence or what another has written, is read like anything else.
            if (fenced.Outcome == BlockOutcome.Gone || !await reader.ReadOnAsync(chain, tail, fence.Length, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return tail.NextEpoch != 0;
    }

    // What the maker can not see of the first blob of all, the manifest says, which the host claims before it writes: whoever
    // removed a blob has published a later epoch before.
    private async ValueTask<bool> MakeAsync(LogChain chain, AgentId agent, UInt128 claim, CancellationToken cancellationToken)
    {
        var made = await maker.MakeAsync(agent, chain.Tail, claim, chain.LastSequence + 1, options.GiveUpAfter, cancellationToken).ConfigureAwait(false);
        if (made is null)
        {
            return false;
        }

        chain.Blobs.Add(made);
        return true;
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
