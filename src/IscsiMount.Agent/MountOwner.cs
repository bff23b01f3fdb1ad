namespace IscsiMount.Agent;

/// <summary>Whom the files in mounts are shown to belong to: the user whose agent this is.</summary>
public sealed record MountOwner(uint UserId, uint GroupId);
