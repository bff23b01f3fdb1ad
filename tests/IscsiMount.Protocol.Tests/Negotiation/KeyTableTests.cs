using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Negotiation;

public sealed class KeyTableTests
{
    [Theory, Rfc7143("13"), Requirement("KEY-08", "KEY-09", "KEY-10", "KEY-11")]
    [InlineData("HeaderDigest", "None")]
    [InlineData("DataDigest", "None")]
    [InlineData("MaxConnections", "1")]
    [InlineData("InitialR2T", "Yes")]
    [InlineData("ImmediateData", "Yes")]
    [InlineData("MaxRecvDataSegmentLength", "8192")]
    [InlineData("MaxBurstLength", "262144")]
    [InlineData("FirstBurstLength", "65536")]
    [InlineData("DefaultTime2Wait", "2")]
    [InlineData("DefaultTime2Retain", "20")]
    [InlineData("MaxOutstandingR2T", "1")]
    [InlineData("DataPDUInOrder", "Yes")]
    [InlineData("DataSequenceInOrder", "Yes")]
    [InlineData("ErrorRecoveryLevel", "0")]
    [InlineData("TaskReporting", "RFC3720")]
    [InlineData("iSCSIProtocolLevel", "1")]
    [InlineData("SessionType", "Normal")]
    [InlineData("TargetAlias", null)]
    public void A_key_that_was_not_negotiated_has_its_default(string name, string? value)
    {
        Assert.Equal(value, KeyTable.Get(name).Default);
    }

    [Fact, Requirement("KEY-14")]
    public void The_security_stage_has_only_its_own_keys()
    {
        string[] expected =
        [
            "AuthMethod", "InitiatorAlias", "InitiatorName", "SessionType", "TargetAddress", "TargetAlias",
            "TargetName", "TargetPortalGroupTag",
        ];

        Assert.Equal(expected, AllowedIn(LoginStage.SecurityNegotiation));
    }

    [Fact, Requirement("TEXT-09")]
    public void The_full_feature_phase_has_few_keys()
    {
        string[] expected =
        [
            "InitiatorAlias", "MaxRecvDataSegmentLength", "SendTargets", "TargetAddress", "TargetAlias", "TargetName",
        ];

        Assert.Equal(expected, AllowedIn(LoginStage.FullFeaturePhase));
    }

    [Theory, Requirement("KEY-09", "KEY-10", "LOGIN-14")]
    [InlineData("MaxRecvDataSegmentLength", "512", true)]
    [InlineData("MaxRecvDataSegmentLength", "16777215", true)]
    [InlineData("MaxRecvDataSegmentLength", "511", false)]
    [InlineData("MaxRecvDataSegmentLength", "16777216", false)]
    [InlineData("MaxRecvDataSegmentLength", "512~1024", false)]
    [InlineData("MaxRecvDataSegmentLength", "NotUnderstood", false)]
    [InlineData("TargetPortalGroupTag", "0", true)]
    [InlineData("TargetPortalGroupTag", "0xFFFF", true)]
    [InlineData("TargetPortalGroupTag", "65536", false)]
    [InlineData("TargetAlias", "", true)]
    public void A_declaration_has_its_range(string name, string value, bool isAdmissible)
    {
        Assert.Equal(isAdmissible, KeyTable.Get(name).IsAdmissible(value));
    }

    [Fact, Requirement("KEY-02")]
    public void A_value_has_up_to_255_bytes()
    {
        KeyDefinition key = KeyTable.Get(KeyName.TargetAlias);

        Assert.True(key.IsAdmissible(new string('x', 255)));
        Assert.False(key.IsAdmissible(new string('x', 256)));
        Assert.False(key.IsAdmissible(new string('ä', 128)));
    }

    [Fact]
    public void A_name_that_nobody_has_defined_is_not_there()
    {
        Assert.Null(KeyTable.Find("X-com.example.key"));
        Assert.Null(KeyTable.Find("initialr2t"));
    }

    [Fact]
    public void Each_key_is_as_the_standard_lays_it_down()
    {
        Assert.All(KeyTable.All, key => Assert.True(key.Default is null || key.IsAdmissible(key.Default), key.Name));
        Assert.All(KeyTable.All, key => Assert.StartsWith("RFC 7143 §1", key.Source, StringComparison.Ordinal));
        Assert.Equal(30, KeyTable.All.Count);
    }

    private static IEnumerable<string> AllowedIn(LoginStage stage) =>
        KeyTable.All.Where(key => key.IsAllowedIn(stage)).Select(key => key.Name).Order(StringComparer.Ordinal);
}
