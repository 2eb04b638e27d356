using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>
/// Settles the calls that change something. A block whose append was not answered is sent again, the same bytes at the same
/// place, until the service says that it stands, or that the place is taken; then what stands there says whose it is. That
/// it is not there yet says nothing: it may still be on its way.
/// </summary>
internal sealed class BlockAppender(IAppendBlobs blobs, BlobRetry retry, TimeProvider time)
{
    /// <summary>Appends a block.</summary>
    /// <param name="path">The blob.</param>
    /// <param name="position">Where the block is to stand.</param>
    /// <param name="block">Bytes that nobody else ever writes.</param>
    /// <param name="giveUpAfter">When to leave the outcome unknown.</param>
    /// <param name="cancellationToken">Leaves the outcome unknown.</param>
    /// <exception cref="TemporalException">Unavailable, outcome unknown, after <paramref name="giveUpAfter"/>.</exception>
    public async ValueTask<BlockOutcome> AppendAsync(
        string path, long position, ReadOnlyMemory<byte> block, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var answer = await blobs.AppendAsync(path, position, block, cancellationToken).ConfigureAwait(false);
                retry.Succeeded();
                if (answer != AppendAnswer.Moved)
                {
                    return answer == AppendAnswer.Applied ? BlockOutcome.Applied : BlockOutcome.Gone;
                }

                return await StandsAsync(path, position, block, cancellationToken).ConfigureAwait(false) ? BlockOutcome.Applied : BlockOutcome.Refused;
            }
            catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound)
            {
                return BlockOutcome.Gone;
            }
            catch (TemporalException exception) when (StoredBytes.IsFailure(exception) && time.GetElapsedTime(start) < giveUpAfter)
            {
                retry.Failed(exception);
            }

            await retry.PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes an empty blob.</summary>
    /// <returns>True when it is the caller's; false when somebody else has made it.</returns>
    /// <exception cref="TemporalException">Unavailable, outcome unknown, after <paramref name="giveUpAfter"/>.</exception>
    public async ValueTask<bool> CreateAsync(string path, UInt128 claim, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var isMade = await blobs.CreateAsync(path, claim, cancellationToken).ConfigureAwait(false)
                    || (await blobs.HeadAsync(path, cancellationToken).ConfigureAwait(false))?.Claim == claim;
                retry.Succeeded();
                return isMade;
            }
            catch (TemporalException exception) when (StoredBytes.IsFailure(exception) && time.GetElapsedTime(start) < giveUpAfter)
            {
                retry.Failed(exception);
            }

            await retry.PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> StandsAsync(string path, long position, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        var stands = new byte[block.Length];
        var read = await blobs.ReadAsync(path, position, stands, cancellationToken).ConfigureAwait(false);
        return read == stands.Length && stands.AsSpan().SequenceEqual(block.Span);
    }
}
