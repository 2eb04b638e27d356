using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>
/// Settles the calls that change something. A block whose append was not answered is sent again, the same bytes at the same
/// place under the same tag, until the service says that it stands, or that the blob is not as it was; then what stands there
/// says whose it is. That it is not there yet says nothing: it may still be on its way.
/// </summary>
internal sealed class BlockAppender(IAppendBlobs blobs, BlobRetry retry, TimeProvider time)
{
    /// <summary>Appends a block.</summary>
    /// <param name="path">The blob.</param>
    /// <param name="position">Where the block is to stand.</param>
    /// <param name="tag">
    /// What the blob was called at that length, so that no other of its name takes the block, however late a call of this
    /// one lands; null for the first block of an empty one, which follows nothing.
    /// </param>
    /// <param name="block">Bytes that nobody else ever writes.</param>
    /// <param name="giveUpAfter">When to leave the outcome unknown.</param>
    /// <param name="cancellationToken">Leaves the outcome unknown.</param>
    /// <exception cref="TemporalException">Unavailable, outcome unknown, after <paramref name="giveUpAfter"/>.</exception>
    public async ValueTask<BlockSettlement> AppendAsync(
        string path, long position, string? tag, ReadOnlyMemory<byte> block, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var answer = await blobs.AppendAsync(path, position, tag, block, cancellationToken).ConfigureAwait(false);
                retry.Succeeded();
                return answer.Answer switch
                {
                    AppendAnswer.Applied => new(BlockOutcome.Applied, answer.Tag),
                    AppendAnswer.Missing => new(BlockOutcome.Gone),
                    _ => await FindAsync(path, position, block, cancellationToken).ConfigureAwait(false),
                };
            }
            catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound)
            {
                return new(BlockOutcome.Gone);
            }
            catch (TemporalException exception) when (StoredBytes.IsFailure(exception) && time.GetElapsedTime(start) < giveUpAfter)
            {
                retry.Failed(exception);
            }

            await retry.PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes an empty blob.</summary>
    /// <returns>Its tag when it is the caller's; null when somebody else has made it.</returns>
    /// <exception cref="TemporalException">Unavailable, outcome unknown, after <paramref name="giveUpAfter"/>.</exception>
    public async ValueTask<string?> CreateAsync(string path, UInt128 claim, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var tag = await blobs.CreateAsync(path, claim, cancellationToken).ConfigureAwait(false);
                if (tag is null && await blobs.HeadAsync(path, cancellationToken).ConfigureAwait(false) is { } stands)
                {
                    tag = stands.Claim == claim ? stands.Tag : null;
                }

                retry.Succeeded();
                return tag;
            }
            catch (TemporalException exception) when (StoredBytes.IsFailure(exception) && time.GetElapsedTime(start) < giveUpAfter)
            {
                retry.Failed(exception);
            }

            await retry.PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<BlockSettlement> FindAsync(string path, long position, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        var bytes = new byte[block.Length];
        var piece = await blobs.ReadAsync(path, position, bytes, cancellationToken).ConfigureAwait(false);
        var stands = bytes.AsMemory(0, piece.LengthBytes);
        return stands.Span.SequenceEqual(block.Span) ? new(BlockOutcome.Applied, piece.Tag)
            : IsRival(stands.Span, block.Span) ? new(BlockOutcome.Refused)
            : new(BlockOutcome.Gone);
    }

    // Whether it follows the block that this one was to follow: then it is the same blob, and has no room for this one.
    private static bool IsRival(ReadOnlySpan<byte> stands, ReadOnlySpan<byte> block) =>
        BlockHeader.TryRead(stands, out var other) is null
        && BlockHeader.TryRead(block, out var mine) is null
        && (other.Epoch, other.Number, other.Previous) == (mine.Epoch, mine.Number, mine.Previous);
}
