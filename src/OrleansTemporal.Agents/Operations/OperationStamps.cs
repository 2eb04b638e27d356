using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Operations;

/// <summary>Turns a caller's idempotency key into the stamp that agents remember.</summary>
internal static class OperationStamps
{
    /// <summary>The stamp of a call, or null when the caller sent no key.</summary>
    /// <param name="call">The call.</param>
    /// <param name="verb">Used with <paramref name="resource"/> as the scope when the caller named none.</param>
    /// <param name="body">Hashed when the caller sent no digest of its own.</param>
    /// <param name="options">What else makes two requests differ; part of the digest, whoever made that. Empty for nothing.</param>
    public static OperationStamp? Of(CallContext call, string verb, string resource, ReadOnlySpan<byte> body, string options = "")
    {
        if (call.IdempotencyKey is not { } key)
        {
            return null;
        }

        if (key.Length == 0 || Encoding.UTF8.GetByteCount(key) > Limits.IdempotencyKeyBytesMax)
        {
            throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.InvalidField, $"An idempotency key has 1 to {Limits.IdempotencyKeyBytesMax} bytes.")
            {
                Field = "Idempotency-Key",
                Limit = Limits.IdempotencyKeyBytesMax,
            };
        }

        // Hashed, because a path may be long and the agent keeps a hundred thousand of these in memory.
        var scope = call.OperationScope ?? $"{verb} {resource}";
        var digest = call.BodyDigest.IsZero ? Distinction.FromBytes(SHA256.HashData(body)) : call.BodyDigest;
        if (options.Length > 0)
        {
            digest = Distinction.FromBytes(SHA256.HashData(Encoding.UTF8.GetBytes($"{digest} {options}")));
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{scope.Length}:{scope}{key}"), hash);
        return new OperationStamp(Convert.ToHexStringLower(hash[..16]), digest);
    }
}
